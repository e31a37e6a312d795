// Element by element: all elements have four bytes; bool is int32 0 or 1. The codes of operations are those of `operations.ts`.

@inline
function join(op: i32, a: v128, b: v128): v128 {
  if (op == 0) return f32x4.add(a, b);
  if (op == 1) return f32x4.sub(a, b);
  if (op == 2) return f32x4.mul(a, b);
  if (op == 3) return f32x4.div(a, b);
  if (op == 4) return f32x4.max(a, b);
  if (op == 5) return f32x4.min(a, b);
  if (op == 6) {
    const d = f32x4.sub(a, b);
    return f32x4.mul(d, d);
  }
  if (op == 7) return v128.and(f32x4.eq(a, b), i32x4.splat(1));
  if (op == 8) return v128.and(f32x4.ne(a, b), i32x4.splat(1));
  if (op == 9) return v128.and(f32x4.gt(a, b), i32x4.splat(1));
  if (op == 10) return v128.and(f32x4.ge(a, b), i32x4.splat(1));
  if (op == 11) return v128.and(f32x4.lt(a, b), i32x4.splat(1));
  if (op == 12) return v128.and(f32x4.le(a, b), i32x4.splat(1));
  if (op == 13) return i32x4.add(a, b);
  if (op == 14) return i32x4.sub(a, b);
  if (op == 15) return i32x4.mul(a, b);
  if (op == 16) return i32x4.max_s(a, b);
  if (op == 17) return i32x4.min_s(a, b);
  if (op == 18) return v128.and(i32x4.eq(a, b), i32x4.splat(1));
  if (op == 19) return v128.and(i32x4.ne(a, b), i32x4.splat(1));
  if (op == 20) return v128.and(i32x4.gt_s(a, b), i32x4.splat(1));
  if (op == 21) return v128.and(i32x4.ge_s(a, b), i32x4.splat(1));
  if (op == 22) return v128.and(i32x4.lt_s(a, b), i32x4.splat(1));
  if (op == 23) return v128.and(i32x4.le_s(a, b), i32x4.splat(1));
  if (op == 24) return v128.and(a, b);
  return v128.or(a, b);
}

/** One row; a step of 0 repeats the element. out may be a or b where their step is 4. */
@inline
function joinRow(
  op: i32,
  a: usize,
  aStep: i32,
  b: usize,
  bStep: i32,
  out: usize,
  count: i32,
): void {
  const end = out + (<usize> count << 2);
  const end4 = out + (<usize> (count & ~3) << 2);
  if (aStep && bStep) {
    while (out < end4) {
      v128.store(out, join(op, v128.load(a), v128.load(b)));
      a += 16;
      b += 16;
      out += 16;
    }
    while (out < end) {
      v128.store32_lane(out, join(op, v128.load32_zero(a), v128.load32_zero(b)), 0);
      a += 4;
      b += 4;
      out += 4;
    }
  } else if (aStep) {
    const other = v128.load32_splat(b);
    while (out < end4) {
      v128.store(out, join(op, v128.load(a), other));
      a += 16;
      out += 16;
    }
    while (out < end) {
      v128.store32_lane(out, join(op, v128.load32_zero(a), other), 0);
      a += 4;
      out += 4;
    }
  } else if (bStep) {
    const other = v128.load32_splat(a);
    while (out < end4) {
      v128.store(out, join(op, other, v128.load(b)));
      b += 16;
      out += 16;
    }
    while (out < end) {
      v128.store32_lane(out, join(op, other, v128.load32_zero(b)), 0);
      b += 4;
      out += 4;
    }
  } else {
    const value = join(op, v128.load32_splat(a), v128.load32_splat(b));
    while (out < end) {
      v128.store32_lane(out, value, 0);
      out += 4;
    }
  }
}

/** Two operands broadcast to [n0, n1, n2, n3]; strides in bytes, 0 where an operand is repeated. */
export function binary(
  op: i32,
  a: usize,
  b: usize,
  out: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  n3: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  a3: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  b3: i32,
): void {
  const rowBytes = <usize> n3 << 2;
  for (let i: i32 = 0; i < n0; i++) {
    for (let j: i32 = 0; j < n1; j++) {
      let p = a + i * a0 + j * a1;
      let q = b + i * b0 + j * b1;
      for (let k: i32 = 0; k < n2; k++) {
        switch (op) {
          case 0:
            joinRow(0, p, a3, q, b3, out, n3);
            break;
          case 1:
            joinRow(1, p, a3, q, b3, out, n3);
            break;
          case 2:
            joinRow(2, p, a3, q, b3, out, n3);
            break;
          case 3:
            joinRow(3, p, a3, q, b3, out, n3);
            break;
          case 4:
            joinRow(4, p, a3, q, b3, out, n3);
            break;
          case 5:
            joinRow(5, p, a3, q, b3, out, n3);
            break;
          case 6:
            joinRow(6, p, a3, q, b3, out, n3);
            break;
          case 7:
            joinRow(7, p, a3, q, b3, out, n3);
            break;
          case 8:
            joinRow(8, p, a3, q, b3, out, n3);
            break;
          case 9:
            joinRow(9, p, a3, q, b3, out, n3);
            break;
          case 10:
            joinRow(10, p, a3, q, b3, out, n3);
            break;
          case 11:
            joinRow(11, p, a3, q, b3, out, n3);
            break;
          case 12:
            joinRow(12, p, a3, q, b3, out, n3);
            break;
          case 13:
            joinRow(13, p, a3, q, b3, out, n3);
            break;
          case 14:
            joinRow(14, p, a3, q, b3, out, n3);
            break;
          case 15:
            joinRow(15, p, a3, q, b3, out, n3);
            break;
          case 16:
            joinRow(16, p, a3, q, b3, out, n3);
            break;
          case 17:
            joinRow(17, p, a3, q, b3, out, n3);
            break;
          case 18:
            joinRow(18, p, a3, q, b3, out, n3);
            break;
          case 19:
            joinRow(19, p, a3, q, b3, out, n3);
            break;
          case 20:
            joinRow(20, p, a3, q, b3, out, n3);
            break;
          case 21:
            joinRow(21, p, a3, q, b3, out, n3);
            break;
          case 22:
            joinRow(22, p, a3, q, b3, out, n3);
            break;
          case 23:
            joinRow(23, p, a3, q, b3, out, n3);
            break;
          case 24:
            joinRow(24, p, a3, q, b3, out, n3);
            break;
          default:
            joinRow(25, p, a3, q, b3, out, n3);
        }
        out += rowBytes;
        p += a2;
        q += b2;
      }
    }
  }
}

@inline
function map(op: i32, x: v128, p: v128, q: v128): v128 {
  if (op == 0) return f32x4.neg(x);
  if (op == 1) return f32x4.abs(x);
  if (op == 2) return f32x4.mul(x, x);
  if (op == 3) return f32x4.sqrt(x);
  if (op == 4) return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  if (op == 5) return f32x4.max(x, f32x4.splat(0));
  if (op == 6) return v128.bitselect(x, f32x4.mul(x, p), f32x4.gt(x, f32x4.splat(0)));
  if (op == 7) return f32x4.min(f32x4.max(x, p), q);
  if (op == 8) return f32x4.div(f32x4.splat(1), x);
  if (op == 9) return f32x4.floor(x);
  if (op == 10) return f32x4.ceil(x);
  if (op == 11) return f32x4.nearest(x);
  if (op == 12) return f32x4.convert_i32x4_s(x);
  if (op == 13) return i32x4.trunc_sat_f32x4_s(x);
  if (op == 14) return v128.and(f32x4.ne(x, f32x4.splat(0)), i32x4.splat(1));
  if (op == 15) return v128.and(i32x4.ne(x, i32x4.splat(0)), i32x4.splat(1));
  return v128.xor(x, i32x4.splat(1));
}

@inline
function mapRow(op: i32, x: usize, out: usize, count: i32, p: v128, q: v128): void {
  const end = out + (<usize> count << 2);
  const end4 = out + (<usize> (count & ~3) << 2);
  while (out < end4) {
    v128.store(out, map(op, v128.load(x), p, q));
    x += 16;
    out += 16;
  }
  while (out < end) {
    v128.store32_lane(out, map(op, v128.load32_zero(x), p, q), 0);
    x += 4;
    out += 4;
  }
}

/** out[i] = op(x[i]) with up to two parameters; out may be x. */
export function unary(op: i32, x: usize, out: usize, count: i32, first: f32, second: f32): void {
  const p = f32x4.splat(first), q = f32x4.splat(second);
  switch (op) {
    case 0:
      mapRow(0, x, out, count, p, q);
      break;
    case 1:
      mapRow(1, x, out, count, p, q);
      break;
    case 2:
      mapRow(2, x, out, count, p, q);
      break;
    case 3:
      mapRow(3, x, out, count, p, q);
      break;
    case 4:
      mapRow(4, x, out, count, p, q);
      break;
    case 5:
      mapRow(5, x, out, count, p, q);
      break;
    case 6:
      mapRow(6, x, out, count, p, q);
      break;
    case 7:
      mapRow(7, x, out, count, p, q);
      break;
    case 8:
      mapRow(8, x, out, count, p, q);
      break;
    case 9:
      mapRow(9, x, out, count, p, q);
      break;
    case 10:
      mapRow(10, x, out, count, p, q);
      break;
    case 11:
      mapRow(11, x, out, count, p, q);
      break;
    case 12:
      mapRow(12, x, out, count, p, q);
      break;
    case 13:
      mapRow(13, x, out, count, p, q);
      break;
    case 14:
      mapRow(14, x, out, count, p, q);
      break;
    case 15:
      mapRow(15, x, out, count, p, q);
      break;
    default:
      mapRow(16, x, out, count, p, q);
  }
}

/** Bytes to float32, or to int32. */
export function castBytes(x: usize, out: usize, count: i32, toFloat: i32): void {
  const end = x + <usize> count;
  const end8 = x + <usize> (count & ~7);
  for (; x < end8; x += 8) {
    const pairs = i16x8.extend_low_i8x16_u(v128.load64_zero(x));
    let low = i32x4.extend_low_i16x8_u(pairs), high = i32x4.extend_high_i16x8_u(pairs);
    if (toFloat) {
      low = f32x4.convert_i32x4_s(low);
      high = f32x4.convert_i32x4_s(high);
    }
    v128.store(out, low);
    v128.store(out, high, 16);
    out += 32;
  }
  for (; x < end; x++) {
    const byte = <i32> load<u8>(x);
    if (toFloat) store<f32>(out, <f32> byte);
    else store<i32>(out, byte);
    out += 4;
  }
}

/** One row of tests; a and b are read with steps of 4 or 0. */
function selectRow(t: usize, a: usize, aStep: i32, b: usize, bStep: i32, out: usize, n: i32): void {
  const zero = i32x4.splat(0);
  for (let c: i32 = 0; c + 4 <= n; c += 4) {
    const at = <usize> c << 2;
    const yes = aStep ? v128.load(a + at) : v128.load32_splat(a);
    const no = bStep ? v128.load(b + at) : v128.load32_splat(b);
    v128.store(out + at, v128.bitselect(yes, no, i32x4.ne(v128.load(t + at), zero)));
  }
  for (let c = n & ~3; c < n; c++) {
    const at = <usize> c << 2;
    const value = load<i32>(t + at) ? load<i32>(a + c * aStep) : load<i32>(b + c * bStep);
    store<i32>(out + at, value);
  }
}

/** out = test ? yes : no, broadcast to [n0, n1, n2, n3] as in `binary`. */
export function select(
  test: usize,
  yes: usize,
  no: usize,
  out: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  n3: i32,
  t0: i32,
  t1: i32,
  t2: i32,
  t3: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  a3: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  b3: i32,
): void {
  const rowBytes = <usize> n3 << 2;
  for (let i: i32 = 0; i < n0; i++) {
    for (let j: i32 = 0; j < n1; j++) {
      let t = test + i * t0 + j * t1;
      let a = yes + i * a0 + j * a1;
      let b = no + i * b0 + j * b1;
      for (let k: i32 = 0; k < n2; k++) {
        const chosen = load<i32>(t) ? a : b;
        if (t3 == 0 && (load<i32>(t) ? a3 : b3) == 4) {
          memory.copy(out, chosen, rowBytes);
        } else if (t3 == 4 && n3 >= 4) {
          selectRow(t, a, a3, b, b3, out, n3);
        } else {
          for (let c: i32 = 0; c < n3; c++) {
            const value = load<i32>(t + c * t3) ? load<i32>(a + c * a3) : load<i32>(b + c * b3);
            store<i32>(out + (<usize> c << 2), value);
          }
        }
        out += rowBytes;
        t += t2;
        a += a2;
        b += b2;
      }
    }
  }
}
