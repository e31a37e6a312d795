// BatchNorm in training mode with LeakyReLU, over rows of `channels` floats, a multiple of 4. The rows are cut into parts, so that threads
// can share them; the parts do not depend on the number of threads, hence neither do the sums. Within a part, blocks of rows are summed in
// float32 while they are in the cache, and blocks in float64.

const blockRows: i32 = 64;

@inline
function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

@inline
function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3));
}

/** Joins a block's mean and sum of squared deviations (float64x2) with those of `before` rows. Chan, Golub, LeVeque 1983. */
@inline
function joinMoments(mean: usize, squares: usize, sum: v128, deviations: v128, before: i32, count: i32): void {
  const n = <f64> count, total = <f64> (before + count);
  const m = v128.load(mean);
  const delta = f64x2.sub(f64x2.div(sum, f64x2.splat(n)), m);
  v128.store(mean, f64x2.add(m, f64x2.mul(delta, f64x2.splat(n / total))));
  const between = f64x2.mul(f64x2.mul(delta, delta), f64x2.splat(n * <f64> before / total));
  v128.store(squares, f64x2.add(v128.load(squares), f64x2.add(deviations, between)));
}

/** Mean and sum of squared deviations of some rows: moments = [mean, squares] of `channels` float64 each. */
export function batchNormMoments(x: usize, rows: i32, channels: i32, moments: usize): void {
  const rowBytes = <usize> channels << 2;
  const squares = moments + (<usize> channels << 3);
  memory.fill(moments, 0, <usize> channels << 4);
  for (let start: i32 = 0; start < rows; start += blockRows) {
    const count = min(rows - start, blockRows);
    for (let c: i32 = 0; c < channels; c += 4) {
      let sum = f32x4.splat(0);
      let p = x + (<usize> c << 2);
      for (let r: i32 = 0; r < count; r++) {
        sum = f32x4.add(sum, v128.load(p));
        p += rowBytes;
      }
      const mean = f32x4.div(sum, f32x4.splat(<f32> count));
      let deviations = f32x4.splat(0);
      p = x + (<usize> c << 2);
      for (let r: i32 = 0; r < count; r++) {
        const d = f32x4.sub(v128.load(p), mean);
        deviations = f32x4.relaxed_madd(d, d, deviations);
        p += rowBytes;
      }
      const at = <usize> c << 3;
      joinMoments(moments + at, squares + at, low(sum), low(deviations), start, count);
      joinMoments(moments + at + 16, squares + at + 16, high(sum), high(deviations), start, count);
    }
    x += <usize> blockRows * rowBytes;
  }
}

/** Joins the moments of all parts: mean and unbiased variance, and 1/sqrt(biased variance + epsilon). */
export function batchNormStatistics(
  moments: usize,
  rows: i32,
  partRows: i32,
  channels: i32,
  mean: usize,
  variance: usize,
  rstd: usize,
  epsilon: f64,
): void {
  for (let c: i32 = 0; c < channels; c++) {
    let center: f64 = 0, squares: f64 = 0;
    let part = moments + (<usize> c << 3);
    for (let start: i32 = 0; start < rows; start += partRows) {
      const n = <f64> min(rows - start, partRows), total = <f64> start + n;
      const delta = load<f64>(part) - center;
      center += delta * n / total;
      squares += load<f64>(part + (<usize> channels << 3)) + delta * delta * n * <f64> start / total;
      part += <usize> channels << 4;
    }
    const at = <usize> c << 2;
    store<f32>(mean + at, <f32> center);
    store<f32>(variance + at, <f32> (squares / <f64> max(1, rows - 1)));
    store<f32>(rstd + at, <f32> (1 / sqrt<f64>(squares / <f64> rows + epsilon)));
  }
}

/** y = leaky(gamma * (x - mean) * rstd + beta) of some rows. y may be x. */
export function batchNormApply(
  x: usize,
  gamma: usize,
  beta: usize,
  mean: usize,
  rstd: usize,
  y: usize,
  rows: i32,
  channels: i32,
  alpha: f32,
): void {
  const rowBytes = <usize> channels << 2;
  const slope = f32x4.splat(alpha), zero = f32x4.splat(0);
  for (let start: i32 = 0; start < rows; start += blockRows) {
    const count = min(rows - start, blockRows);
    for (let c: i32 = 0; c < channels; c += 4) {
      const at = <usize> c << 2;
      const scale = f32x4.mul(v128.load(gamma + at), v128.load(rstd + at));
      const m = v128.load(mean + at), shift = v128.load(beta + at);
      let p = x + at, q = y + at;
      for (let r: i32 = 0; r < count; r++) {
        const z = f32x4.relaxed_madd(f32x4.sub(v128.load(p), m), scale, shift);
        v128.store(q, v128.bitselect(z, f32x4.mul(z, slope), f32x4.gt(z, zero)));
        p += rowBytes;
        q += rowBytes;
      }
    }
    x += <usize> blockRows * rowBytes;
    y += <usize> blockRows * rowBytes;
  }
}

@inline
function accumulate(to: usize, block: v128): void {
  v128.store(to, f64x2.add(v128.load(to), low(block)));
  v128.store(to, f64x2.add(v128.load(to, 16), high(block)), 16);
}

/**
 * Sums of g and g * (x - mean) of some rows, g the gradient before the activation, whose sign is y's (alpha > 0): sums = two lists of
 * `channels` float64.
 */
export function batchNormGradientSums(
  dy: usize,
  x: usize,
  y: usize,
  mean: usize,
  sums: usize,
  rows: i32,
  channels: i32,
  alpha: f32,
): void {
  const rowBytes = <usize> channels << 2;
  const slope = f32x4.splat(alpha), zero = f32x4.splat(0);
  memory.fill(sums, 0, <usize> channels << 4);
  for (let start: i32 = 0; start < rows; start += blockRows) {
    const count = min(rows - start, blockRows);
    for (let c: i32 = 0; c < channels; c += 4) {
      const at = <usize> c << 2;
      const m = v128.load(mean + at);
      let b = f32x4.splat(0), g = f32x4.splat(0);
      let p = dy + at, q = x + at, o = y + at;
      for (let r: i32 = 0; r < count; r++) {
        const d = v128.load(p);
        const dz = v128.bitselect(d, f32x4.mul(d, slope), f32x4.gt(v128.load(o), zero));
        b = f32x4.add(b, dz);
        g = f32x4.relaxed_madd(dz, f32x4.sub(v128.load(q), m), g);
        p += rowBytes;
        q += rowBytes;
        o += rowBytes;
      }
      accumulate(sums + (<usize> c << 3), b);
      accumulate(sums + (<usize> (channels + c) << 3), g);
    }
    const step = <usize> blockRows * rowBytes;
    dy += step;
    x += step;
    y += step;
  }
}

/**
 * Joins the sums of all parts: dbeta, dgamma, and for batchNormGradientApply the three factors of dx = a*g + b*(x - mean) + c as lists of
 * `channels` floats.
 */
export function batchNormGradientFactors(
  sums: usize,
  parts: i32,
  rows: i32,
  channels: i32,
  gamma: usize,
  variance: usize,
  epsilon: f64,
  dgamma: usize,
  dbeta: usize,
  factors: usize,
): void {
  for (let c: i32 = 0; c < channels; c++) {
    let b: f64 = 0, g: f64 = 0;
    for (let part: i32 = 0; part < parts; part++) {
      const from = sums + (<usize> (part * 2 * channels + c) << 3);
      b += load<f64>(from);
      g += load<f64>(from + (<usize> channels << 3));
    }
    const at = <usize> c << 2, n = <f64> rows;
    const rstd = 1 / sqrt<f64>(<f64> load<f32>(variance + at) * (n - 1) / n + epsilon);
    const scale = <f64> load<f32>(gamma + at) * rstd;
    store<f32>(dbeta + at, <f32> b);
    store<f32>(dgamma + at, <f32> (g * rstd));
    store<f32>(factors + at, <f32> scale);
    store<f32>(factors + (<usize> channels << 2) + at, <f32> (-scale * rstd * rstd * g / n));
    store<f32>(factors + (<usize> channels << 3) + at, <f32> (-scale * b / n));
  }
}

/** dx of some rows. dx may be dy. */
export function batchNormGradientApply(
  dy: usize,
  x: usize,
  y: usize,
  mean: usize,
  factors: usize,
  dx: usize,
  rows: i32,
  channels: i32,
  alpha: f32,
): void {
  const rowBytes = <usize> channels << 2;
  const slope = f32x4.splat(alpha), zero = f32x4.splat(0);
  for (let start: i32 = 0; start < rows; start += blockRows) {
    const count = min(rows - start, blockRows);
    for (let c: i32 = 0; c < channels; c += 4) {
      const at = <usize> c << 2;
      const m = v128.load(mean + at);
      const scale = v128.load(factors + at);
      const second = v128.load(factors + rowBytes + at), third = v128.load(factors + 2 * rowBytes + at);
      let p = dy + at, q = x + at, o = y + at, t = dx + at;
      for (let r: i32 = 0; r < count; r++) {
        const d = v128.load(p);
        const dz = v128.bitselect(d, f32x4.mul(d, slope), f32x4.gt(v128.load(o), zero));
        const rest = f32x4.relaxed_madd(f32x4.sub(v128.load(q), m), second, third);
        v128.store(t, f32x4.relaxed_madd(dz, scale, rest));
        p += rowBytes;
        q += rowBytes;
        o += rowBytes;
        t += rowBytes;
      }
    }
    const step = <usize> blockRows * rowBytes;
    dy += step;
    x += step;
    y += step;
    dx += step;
  }
}
