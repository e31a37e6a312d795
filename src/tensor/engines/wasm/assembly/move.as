// Copies. Strides are in bytes.

/** Copies [n0 .. n4] elements of four bytes between strided layouts. */
export function copyStrided(
  from: usize,
  to: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  n3: i32,
  n4: i32,
  f0: i32,
  f1: i32,
  f2: i32,
  f3: i32,
  f4: i32,
  t0: i32,
  t1: i32,
  t2: i32,
  t3: i32,
  t4: i32,
): void {
  for (let h: i32 = 0; h < n0; h++) {
    for (let i: i32 = 0; i < n1; i++) {
      for (let j: i32 = 0; j < n2; j++) {
        let p = from + h * f0 + i * f1 + j * f2;
        let q = to + h * t0 + i * t1 + j * t2;
        for (let k: i32 = 0; k < n3; k++) {
          if (f4 == 4 && t4 == 4 && n4 > 8) {
            memory.copy(q, p, <usize> n4 << 2);
          } else {
            let a = p, b = q;
            for (let c: i32 = 0; c < n4; c++) {
              store<i32>(b, load<i32>(a));
              a += f4;
              b += t4;
            }
          }
          p += f3;
          q += t3;
        }
      }
    }
  }
}

/** Fills `count` elements of four bytes. */
export function fill(to: usize, count: i32, bits: i32): void {
  const v = i32x4.splat(bits);
  const end = to + (<usize> count << 2);
  const end4 = to + (<usize> (count & ~3) << 2);
  while (to < end4) {
    v128.store(to, v);
    to += 16;
  }
  while (to < end) {
    store<i32>(to, bits);
    to += 4;
  }
}

/**
 * to[o, i, :] = from[o, indices[i], :] in units of `bytes`, `size` units an outer row. With `perOuter` each outer row has its own `count`
 * indices. Returns the first index outside 0..size-1, or -1.
 */
export function gather(
  from: usize,
  indices: usize,
  to: usize,
  outer: i32,
  size: i32,
  count: i32,
  bytes: i32,
  perOuter: i32,
): i32 {
  for (let o: i32 = 0; o < outer; o++) {
    for (let i: i32 = 0; i < count; i++) {
      const index = load<i32>(indices + (<usize> i << 2));
      if (<u32> index >= <u32> size) return index == -1 ? -2147483648 : index;
      const p = from + <usize> index * <usize> bytes;
      if (bytes == 4) {
        store<i32>(to, load<i32>(p));
      } else if (bytes == 12) {
        store<i64>(to, load<i64>(p));
        store<i32>(to, load<i32>(p, 8), 8);
      } else {
        memory.copy(to, p, <usize> bytes);
      }
      to += <usize> bytes;
    }
    from += <usize> size * <usize> bytes;
    if (perOuter) indices += <usize> count << 2;
  }
  return -1;
}
