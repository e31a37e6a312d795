// BatchNorm in training mode with LeakyReLU, over `rows` rows of `channels` floats (a multiple of 4).
// Sums run in float32 over blocks of 64 rows and in float64 over blocks: long sums keep their precision and have one order.

const blockRows: i32 = 64;

/** total[c] (float64) += sum over rows of x[r, c]. */
function addSums(x: usize, rows: i32, channels: i32, total: usize): void {
  const rowBytes = <usize> channels << 2;
  for (let c: i32 = 0; c < channels; c += 4) {
    let low = f64x2.splat(0), high = f64x2.splat(0);
    for (let start: i32 = 0; start < rows; start += blockRows) {
      const end = min(rows, start + blockRows);
      let sum = f32x4.splat(0);
      let p = x + <usize> start * rowBytes + (<usize> c << 2);
      for (let r: i32 = start; r < end; r++) {
        sum = f32x4.add(sum, v128.load(p));
        p += rowBytes;
      }
      low = f64x2.add(low, f64x2.promote_low_f32x4(sum));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(sum, sum, 2, 3, 2, 3)));
    }
    v128.store(total + (<usize> c << 3), low);
    v128.store(total + (<usize> c << 3), high, 16);
  }
}

/** total[c] (float64) = sum over rows of (x[r, c] - mean[c])^2. */
function addSquares(x: usize, mean: usize, rows: i32, channels: i32, total: usize): void {
  const rowBytes = <usize> channels << 2;
  for (let c: i32 = 0; c < channels; c += 4) {
    const m = v128.load(mean + (<usize> c << 2));
    let low = f64x2.splat(0), high = f64x2.splat(0);
    for (let start: i32 = 0; start < rows; start += blockRows) {
      const end = min(rows, start + blockRows);
      let sum = f32x4.splat(0);
      let p = x + <usize> start * rowBytes + (<usize> c << 2);
      for (let r: i32 = start; r < end; r++) {
        const d = f32x4.sub(v128.load(p), m);
        sum = f32x4.relaxed_madd(d, d, sum);
        p += rowBytes;
      }
      low = f64x2.add(low, f64x2.promote_low_f32x4(sum));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(sum, sum, 2, 3, 2, 3)));
    }
    v128.store(total + (<usize> c << 3), low);
    v128.store(total + (<usize> c << 3), high, 16);
  }
}

/**
 * y = leaky(gamma * (x - mean) * rstd + beta); mean [C], unbiased variance [C]; rstd [C] is kept for the gradient.
 * scratch: 8 * channels bytes for float64 sums. y may be x; without `apply` it is not written.
 */
export function batchNormForward(
  x: usize,
  gamma: usize,
  beta: usize,
  y: usize,
  mean: usize,
  variance: usize,
  rstd: usize,
  scratch: usize,
  rows: i32,
  channels: i32,
  epsilon: f64,
  alpha: f32,
  apply: i32,
): void {
  addSums(x, rows, channels, scratch);
  for (let c: i32 = 0; c < channels; c++) {
    store<f32>(mean + (<usize> c << 2), <f32> (load<f64>(scratch + (<usize> c << 3)) / <f64> rows));
  }
  addSquares(x, mean, rows, channels, scratch);
  for (let c: i32 = 0; c < channels; c++) {
    const squares = load<f64>(scratch + (<usize> c << 3));
    store<f32>(variance + (<usize> c << 2), <f32> (squares / <f64> max(1, rows - 1)));
    store<f32>(
      rstd + (<usize> c << 2),
      <f32> (1 / sqrt<f64>(squares / <f64> rows + epsilon)),
    );
  }
  if (!apply) return;
  const rowBytes = <usize> channels << 2;
  const slope = f32x4.splat(alpha), zero = f32x4.splat(0);
  for (let c: i32 = 0; c < channels; c += 4) {
    const at = <usize> c << 2;
    const scale = f32x4.mul(v128.load(gamma + at), v128.load(rstd + at));
    const m = v128.load(mean + at), shift = v128.load(beta + at);
    let p = x + at, q = y + at;
    for (let r: i32 = 0; r < rows; r++) {
      const z = f32x4.relaxed_madd(f32x4.sub(v128.load(p), m), scale, shift);
      v128.store(q, v128.bitselect(z, f32x4.mul(z, slope), f32x4.gt(z, zero)));
      p += rowBytes;
      q += rowBytes;
    }
  }
}

/**
 * Gradients of batchNormForward. y is its output (its sign is the activation's, alpha > 0). mean and rstd as it left them.
 * dx may be dy.
 */
export function batchNormBackward(
  dy: usize,
  x: usize,
  y: usize,
  gamma: usize,
  mean: usize,
  rstd: usize,
  dx: usize,
  dgamma: usize,
  dbeta: usize,
  rows: i32,
  channels: i32,
  alpha: f32,
): void {
  const rowBytes = <usize> channels << 2;
  const slope = f32x4.splat(alpha), zero = f32x4.splat(0);
  const n = <f32> rows;
  for (let c: i32 = 0; c < channels; c += 4) {
    const at = <usize> c << 2;
    const m = v128.load(mean + at), s = v128.load(rstd + at);
    let bl = f64x2.splat(0), bh = f64x2.splat(0), gl = f64x2.splat(0), gh = f64x2.splat(0);
    for (let start: i32 = 0; start < rows; start += blockRows) {
      const end = min(rows, start + blockRows);
      let b = f32x4.splat(0), g = f32x4.splat(0);
      const from = <usize> start * rowBytes + at;
      let p = dy + from, q = x + from, o = y + from;
      for (let r: i32 = start; r < end; r++) {
        const d = v128.load(p);
        const dz = v128.bitselect(d, f32x4.mul(d, slope), f32x4.gt(v128.load(o), zero));
        b = f32x4.add(b, dz);
        g = f32x4.relaxed_madd(dz, f32x4.sub(v128.load(q), m), g);
        p += rowBytes;
        q += rowBytes;
        o += rowBytes;
      }
      bl = f64x2.add(bl, f64x2.promote_low_f32x4(b));
      bh = f64x2.add(bh, f64x2.promote_low_f32x4(v128.shuffle<i32>(b, b, 2, 3, 2, 3)));
      gl = f64x2.add(gl, f64x2.promote_low_f32x4(g));
      gh = f64x2.add(gh, f64x2.promote_low_f32x4(v128.shuffle<i32>(g, g, 2, 3, 2, 3)));
    }
    const sumB = v128.shuffle<i32>(
      f32x4.demote_f64x2_zero(bl),
      f32x4.demote_f64x2_zero(bh),
      0,
      1,
      4,
      5,
    );
    const rawG = v128.shuffle<i32>(
      f32x4.demote_f64x2_zero(gl),
      f32x4.demote_f64x2_zero(gh),
      0,
      1,
      4,
      5,
    );
    const sumG = f32x4.mul(rawG, s);
    v128.store(dbeta + at, sumB);
    v128.store(dgamma + at, sumG);
    const scale = f32x4.mul(v128.load(gamma + at), s);
    const meanB = f32x4.div(sumB, f32x4.splat(n));
    const meanG = f32x4.div(f32x4.mul(sumG, s), f32x4.splat(n));
    let p = dy + at, q = x + at, o = y + at, t = dx + at;
    for (let r: i32 = 0; r < rows; r++) {
      const d = v128.load(p);
      const dz = v128.bitselect(d, f32x4.mul(d, slope), f32x4.gt(v128.load(o), zero));
      const centred = f32x4.sub(f32x4.sub(dz, meanB), f32x4.mul(f32x4.sub(v128.load(q), m), meanG));
      v128.store(t, f32x4.mul(centred, scale));
      p += rowBytes;
      q += rowBytes;
      o += rowBytes;
      t += rowBytes;
    }
  }
}

/** rstd of batchNormForward from the unbiased variance that it returned. */
export function inverseDeviation(
  variance: usize,
  rstd: usize,
  rows: i32,
  channels: i32,
  epsilon: f64,
): void {
  for (let c: i32 = 0; c < channels; c++) {
    const biased = <f64> load<f32>(variance + (<usize> c << 2)) * <f64> (rows - 1) / <f64> rows;
    store<f32>(rstd + (<usize> c << 2), <f32> (1 / sqrt<f64>(biased + epsilon)));
  }
}
