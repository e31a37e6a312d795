// Convolutions of one NHWC image, in register tiles. Sizes are counts of elements unless the name says bytes. The multiply-add is
// the relaxed one: a fused operation, with the same bits on every machine that has it (all since 2013), twice as fast.

/** Four neighbouring output pixels x eight output channels. x0: address of the first pixel's window corner. */
function tile4(
  x0: usize,
  pixelBytes: usize,
  taps: usize,
  tapCount: i32,
  inputs: i32,
  weights: usize,
  y: usize,
  yPixelBytes: usize,
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), d0 = f32x4.splat(0), d1 = f32x4.splat(0);
  let w = weights;
  for (let t: i32 = 0; t < tapCount; t++) {
    let p = x0 + <usize> load<i32>(taps + (<usize> t << 2));
    let q = p + pixelBytes;
    let r = q + pixelBytes;
    let s = r + pixelBytes;
    const end = p + (<usize> inputs << 2);
    const pairs = p + (<usize> (inputs & ~1) << 2);
    while (p < pairs) {
      let u = v128.load(w), v = v128.load(w, 16);
      let k = v128.load32_splat(p);
      a0 = f32x4.relaxed_madd(k, u, a0);
      a1 = f32x4.relaxed_madd(k, v, a1);
      k = v128.load32_splat(q);
      b0 = f32x4.relaxed_madd(k, u, b0);
      b1 = f32x4.relaxed_madd(k, v, b1);
      k = v128.load32_splat(r);
      c0 = f32x4.relaxed_madd(k, u, c0);
      c1 = f32x4.relaxed_madd(k, v, c1);
      k = v128.load32_splat(s);
      d0 = f32x4.relaxed_madd(k, u, d0);
      d1 = f32x4.relaxed_madd(k, v, d1);
      u = v128.load(w, 32);
      v = v128.load(w, 48);
      k = v128.load32_splat(p, 4);
      a0 = f32x4.relaxed_madd(k, u, a0);
      a1 = f32x4.relaxed_madd(k, v, a1);
      k = v128.load32_splat(q, 4);
      b0 = f32x4.relaxed_madd(k, u, b0);
      b1 = f32x4.relaxed_madd(k, v, b1);
      k = v128.load32_splat(r, 4);
      c0 = f32x4.relaxed_madd(k, u, c0);
      c1 = f32x4.relaxed_madd(k, v, c1);
      k = v128.load32_splat(s, 4);
      d0 = f32x4.relaxed_madd(k, u, d0);
      d1 = f32x4.relaxed_madd(k, v, d1);
      p += 8;
      q += 8;
      r += 8;
      s += 8;
      w += 64;
    }
    while (p < end) {
      const u = v128.load(w), v = v128.load(w, 16);
      let k = v128.load32_splat(p);
      a0 = f32x4.relaxed_madd(k, u, a0);
      a1 = f32x4.relaxed_madd(k, v, a1);
      k = v128.load32_splat(q);
      b0 = f32x4.relaxed_madd(k, u, b0);
      b1 = f32x4.relaxed_madd(k, v, b1);
      k = v128.load32_splat(r);
      c0 = f32x4.relaxed_madd(k, u, c0);
      c1 = f32x4.relaxed_madd(k, v, c1);
      k = v128.load32_splat(s);
      d0 = f32x4.relaxed_madd(k, u, d0);
      d1 = f32x4.relaxed_madd(k, v, d1);
      p += 4;
      q += 4;
      r += 4;
      s += 4;
      w += 32;
    }
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  y += yPixelBytes;
  v128.store(y, b0);
  v128.store(y, b1, 16);
  y += yPixelBytes;
  v128.store(y, c0);
  v128.store(y, c1, 16);
  y += yPixelBytes;
  v128.store(y, d0);
  v128.store(y, d1, 16);
}

/** rows x columns output pixels of one image; columns is a multiple of 4 here. */
export function convImage(
  x: usize,
  rowBytes: usize,
  pixelBytes: usize,
  taps: usize,
  tapCount: i32,
  inputs: i32,
  weights: usize,
  blocks: i32,
  y: usize,
  yRowBytes: usize,
  yPixelBytes: usize,
  rows: i32,
  columns: i32,
): void {
  const blockBytes = <usize> (tapCount * inputs) << 5;
  for (let block: i32 = 0; block < blocks; block++) {
    for (let row: i32 = 0; row < rows; row++) {
      let source = x + <usize> row * rowBytes;
      let target = y + <usize> row * yRowBytes + (<usize> block << 5);
      for (let column: i32 = 0; column < columns; column += 4) {
        tile4(source, pixelBytes, taps, tapCount, inputs, weights, target, yPixelBytes);
        source += pixelBytes << 2;
        target += yPixelBytes << 2;
      }
    }
    weights += blockBytes;
  }
}

const cacheBytes: usize = 40960;

/** dW of one tap, 4 inputs x 8 outputs, over some rows of one image; added to dw. */
function filterTile(
  x: usize,
  rowBytes: usize,
  pixelBytes: usize,
  dy: usize,
  dyPixelBytes: usize,
  rows: i32,
  columns: i32,
  dw: usize,
  dwRowBytes: usize,
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), d0 = f32x4.splat(0), d1 = f32x4.splat(0);
  for (let row: i32 = 0; row < rows; row++) {
    let p = x + <usize> row * rowBytes;
    let column: i32 = 0;
    for (; column + 2 <= columns; column += 2) {
      let u = v128.load(dy), v = v128.load(dy, 16);
      let k = v128.load32_splat(p);
      a0 = f32x4.relaxed_madd(k, u, a0);
      a1 = f32x4.relaxed_madd(k, v, a1);
      k = v128.load32_splat(p, 4);
      b0 = f32x4.relaxed_madd(k, u, b0);
      b1 = f32x4.relaxed_madd(k, v, b1);
      k = v128.load32_splat(p, 8);
      c0 = f32x4.relaxed_madd(k, u, c0);
      c1 = f32x4.relaxed_madd(k, v, c1);
      k = v128.load32_splat(p, 12);
      d0 = f32x4.relaxed_madd(k, u, d0);
      d1 = f32x4.relaxed_madd(k, v, d1);
      p += pixelBytes;
      dy += dyPixelBytes;
      u = v128.load(dy);
      v = v128.load(dy, 16);
      k = v128.load32_splat(p);
      a0 = f32x4.relaxed_madd(k, u, a0);
      a1 = f32x4.relaxed_madd(k, v, a1);
      k = v128.load32_splat(p, 4);
      b0 = f32x4.relaxed_madd(k, u, b0);
      b1 = f32x4.relaxed_madd(k, v, b1);
      k = v128.load32_splat(p, 8);
      c0 = f32x4.relaxed_madd(k, u, c0);
      c1 = f32x4.relaxed_madd(k, v, c1);
      k = v128.load32_splat(p, 12);
      d0 = f32x4.relaxed_madd(k, u, d0);
      d1 = f32x4.relaxed_madd(k, v, d1);
      p += pixelBytes;
      dy += dyPixelBytes;
    }
    if (column < columns) {
      const u = v128.load(dy), v = v128.load(dy, 16);
      let k = v128.load32_splat(p);
      a0 = f32x4.relaxed_madd(k, u, a0);
      a1 = f32x4.relaxed_madd(k, v, a1);
      k = v128.load32_splat(p, 4);
      b0 = f32x4.relaxed_madd(k, u, b0);
      b1 = f32x4.relaxed_madd(k, v, b1);
      k = v128.load32_splat(p, 8);
      c0 = f32x4.relaxed_madd(k, u, c0);
      c1 = f32x4.relaxed_madd(k, v, c1);
      k = v128.load32_splat(p, 12);
      d0 = f32x4.relaxed_madd(k, u, d0);
      d1 = f32x4.relaxed_madd(k, v, d1);
      p += pixelBytes;
      dy += dyPixelBytes;
    }
  }
  v128.store(dw, f32x4.add(v128.load(dw), a0));
  v128.store(dw, f32x4.add(v128.load(dw, 16), a1), 16);
  dw += dwRowBytes;
  v128.store(dw, f32x4.add(v128.load(dw), b0));
  v128.store(dw, f32x4.add(v128.load(dw, 16), b1), 16);
  dw += dwRowBytes;
  v128.store(dw, f32x4.add(v128.load(dw), c0));
  v128.store(dw, f32x4.add(v128.load(dw, 16), c1), 16);
  dw += dwRowBytes;
  v128.store(dw, f32x4.add(v128.load(dw), d0));
  v128.store(dw, f32x4.add(v128.load(dw, 16), d1), 16);
}

export function filterImage(
  x: usize,
  rowBytes: usize,
  pixelBytes: usize,
  taps: usize,
  tapCount: i32,
  inputs: i32,
  dy: usize,
  outputs: i32,
  rows: i32,
  columns: i32,
  dw: usize,
): void {
  const outBytes = <usize> outputs << 2;
  const dyRowBytes = <usize> columns * outBytes;
  // As many rows at a time as stay in the first-level cache while all tiles pass over them.
  const chunk = max(1, <i32> (cacheBytes / (rowBytes + dyRowBytes)));
  for (let row: i32 = 0; row < rows; row += chunk) {
    const count = min(chunk, rows - row);
    for (let t: i32 = 0; t < tapCount; t++) {
      const corner = x + <usize> load<i32>(taps + (<usize> t << 2));
      for (let input: i32 = 0; input < inputs; input += 4) {
        for (let output: i32 = 0; output < outputs; output += 8) {
          filterTile(
            corner + (<usize> input << 2),
            rowBytes,
            pixelBytes,
            dy + (<usize> output << 2),
            outBytes,
            count,
            columns,
            dw + (<usize> ((t * inputs + input) * outputs + output) << 2),
            outBytes,
          );
        }
      }
    }
    x += <usize> chunk * rowBytes;
    dy += <usize> chunk * dyRowBytes;
  }
}
