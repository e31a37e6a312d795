// Reductions of [outer, count, inner] over the middle. Sums run in float32 over blocks and in float64 over blocks: long sums keep their
// precision and have one order.

const block: i32 = 64;

function sumLanes(v: v128): f64 {
  return <f64> f32x4.extract_lane(v, 0) + <f64> f32x4.extract_lane(v, 1) +
    <f64> f32x4.extract_lane(v, 2) + <f64> f32x4.extract_lane(v, 3);
}

/** Sum of `count` contiguous floats. */
function sumRow(x: usize, count: i32): f64 {
  let total: f64 = 0;
  let left = count;
  while (left >= 4) {
    let sum = f32x4.splat(0);
    const steps = min(left >> 2, block);
    for (let i: i32 = 0; i < steps; i++) {
      sum = f32x4.add(sum, v128.load(x));
      x += 16;
    }
    total += sumLanes(sum);
    left -= steps << 2;
  }
  while (left > 0) {
    total += <f64> load<f32>(x);
    x += 4;
    left -= 1;
  }
  return total;
}

/** out[outer, inner] = scale * sum over the middle. */
export function sumMiddle(
  x: usize,
  out: usize,
  outer: i32,
  count: i32,
  inner: i32,
  scale: f64,
): void {
  const rowBytes = <usize> inner << 2;
  for (let o: i32 = 0; o < outer; o++) {
    if (inner == 1) {
      store<f32>(out, <f32> (sumRow(x, count) * scale));
    } else {
      let c: i32 = 0;
      for (; c + 4 <= inner; c += 4) {
        let low = f64x2.splat(0), high = f64x2.splat(0);
        let p = x + (<usize> c << 2);
        for (let start: i32 = 0; start < count; start += block) {
          const end = min(count, start + block);
          let sum = f32x4.splat(0);
          for (let r = start; r < end; r++) {
            sum = f32x4.add(sum, v128.load(p));
            p += rowBytes;
          }
          low = f64x2.add(low, f64x2.promote_low_f32x4(sum));
          high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(sum, sum, 2, 3, 2, 3)));
        }
        const factor = f64x2.splat(scale);
        const a = f32x4.demote_f64x2_zero(f64x2.mul(low, factor));
        const b = f32x4.demote_f64x2_zero(f64x2.mul(high, factor));
        v128.store(out + (<usize> c << 2), v128.shuffle<i32>(a, b, 0, 1, 4, 5));
      }
      for (; c < inner; c++) {
        let total: f64 = 0;
        let p = x + (<usize> c << 2);
        for (let r: i32 = 0; r < count; r++) {
          total += <f64> load<f32>(p);
          p += rowBytes;
        }
        store<f32>(out + (<usize> c << 2), <f32> (total * scale));
      }
    }
    x += <usize> count * rowBytes;
    out += rowBytes;
  }
}

/** out[outer, inner] = the largest (sign 1) or smallest (sign -1) of the middle. */
export function extremeMiddle(
  x: usize,
  out: usize,
  outer: i32,
  count: i32,
  inner: i32,
  sign: f32,
): void {
  const rowBytes = <usize> inner << 2;
  for (let o: i32 = 0; o < outer; o++) {
    for (let c: i32 = 0; c < inner; c++) {
      let p = x + (<usize> c << 2);
      let best: f32 = -Infinity;
      for (let r: i32 = 0; r < count; r++) {
        best = max(best, sign * load<f32>(p));
        p += rowBytes;
      }
      store<f32>(out + (<usize> c << 2), sign * best);
    }
    x += <usize> count * rowBytes;
    out += rowBytes;
  }
}
