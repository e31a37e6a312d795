// RandAugment's operations on pixels 0..255 kept as float32, [n, height, width, 3]: see ../../../pixel_operation.ts.

/** Histograms, then tables of new values, of three channels: four-byte elements. */
const tableBytes: usize = 3 * 256 * 4;

@inline
function luma(p: usize): i32 {
  return (19595 * <i32> load<f32>(p) + 38470 * <i32> load<f32>(p, 4) +
    7471 * <i32> load<f32>(p, 8) + 32768) >> 16;
}

/** out = trunc(d + v (x - d)) for one d. */
function blendWith(x: usize, out: usize, bytes: usize, d: f32, v: f32): void {
  const from = f32x4.splat(d), factor = f32x4.splat(v);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const change = f32x4.mul(factor, f32x4.sub(v128.load(x + at), from));
    v128.store(out + at, f32x4.floor(f32x4.add(from, change)));
  }
  for (; at < bytes; at += 4) {
    store<f32>(out + at, floor<f32>(d + v * (load<f32>(x + at) - d)));
  }
}

function color(x: usize, out: usize, pixels: i32, v: f32): void {
  for (let i: i32 = 0; i < pixels; i++) {
    const d = <f32> luma(x);
    for (let c: usize = 0; c < 12; c += 4) {
      store<f32>(out + c, floor<f32>(d + v * (load<f32>(x + c) - d)));
    }
    x += 12;
    out += 12;
  }
}

function contrast(x: usize, out: usize, pixels: i32, v: f32): void {
  let sum: i64 = 0;
  for (let i: i32 = 0; i < pixels; i++) sum += <i64> luma(x + <usize> i * 12);
  const mean = (2 * sum + <i64> pixels) / (2 * <i64> pixels);
  blendWith(x, out, <usize> pixels * 12, <f32> mean, v);
}

/** One element of the blend with the smoothed image; bytes: of a row. */
@inline
function sharpenOne(p: usize, bytes: usize, v: f32): f32 {
  const sum = load<f32>(p) * 4 +
    (load<f32>(p - bytes - 12) + load<f32>(p - bytes) + load<f32>(p - bytes + 12)) +
    (load<f32>(p - 12) + load<f32>(p) + load<f32>(p + 12)) +
    (load<f32>(p + bytes - 12) + load<f32>(p + bytes) + load<f32>(p + bytes + 12));
  const d = floor<f32>((sum * 2 + 13) / 26);
  return floor<f32>(d + v * (load<f32>(p) - d));
}

@inline
function threeRows(p: usize, bytes: usize): v128 {
  return f32x4.add(f32x4.add(v128.load(p - bytes), v128.load(p)), v128.load(p + bytes));
}

function sharpness(x: usize, out: usize, height: i32, width: i32, v: f32): void {
  const bytes = <usize> width * 12;
  const factor = f32x4.splat(v), four = f32x4.splat(4), two = f32x4.splat(2);
  memory.copy(out, x, <usize> height * bytes);
  for (let row: i32 = 1; row < height - 1; row++) {
    let p = x + <usize> row * bytes + 12;
    let q = out + <usize> row * bytes + 12;
    const end = x + <usize> (row + 1) * bytes - 12;
    for (; p + 16 <= end; p += 16) {
      const centre = v128.load(p);
      let sum = f32x4.add(threeRows(p - 12, bytes), threeRows(p, bytes));
      sum = f32x4.add(f32x4.add(sum, threeRows(p + 12, bytes)), f32x4.mul(four, centre));
      const d = f32x4.floor(
        f32x4.div(f32x4.add(f32x4.mul(two, sum), f32x4.splat(13)), f32x4.splat(26)),
      );
      v128.store(q, f32x4.floor(f32x4.add(d, f32x4.mul(factor, f32x4.sub(centre, d)))));
      q += 16;
    }
    for (; p < end; p += 4) {
      store<f32>(q, sharpenOne(p, bytes, v));
      q += 4;
    }
  }
}

function posterize(x: usize, out: usize, bytes: usize, bits: f32): void {
  const step = <f32> (256 >> <i32> bits);
  const part = f32x4.splat(1 / step), whole = f32x4.splat(step);
  for (let at: usize = 0; at + 16 <= bytes; at += 16) {
    v128.store(out + at, f32x4.mul(f32x4.floor(f32x4.mul(v128.load(x + at), part)), whole));
  }
  for (let at = bytes & ~15; at < bytes; at += 4) {
    store<f32>(out + at, floor<f32>(load<f32>(x + at) / step) * step);
  }
}

function solarize(x: usize, out: usize, bytes: usize, threshold: f32): void {
  const top = f32x4.splat(255), limit = f32x4.splat(threshold);
  for (let at: usize = 0; at + 16 <= bytes; at += 16) {
    const pixel = v128.load(x + at);
    v128.store(
      out + at,
      v128.bitselect(f32x4.sub(top, pixel), pixel, f32x4.ge(pixel, limit)),
    );
  }
  for (let at = bytes & ~15; at < bytes; at += 4) {
    const pixel = load<f32>(x + at);
    store<f32>(out + at, pixel >= threshold ? 255 - pixel : pixel);
  }
}

function affine(x: usize, out: usize, height: i32, width: i32, coefficients: usize): void {
  const a = load<i32>(coefficients), b = load<i32>(coefficients, 4);
  const d = load<i32>(coefficients, 12), e = load<i32>(coefficients, 16);
  let columnStart = load<i32>(coefficients, 8), rowStart = load<i32>(coefficients, 20);
  for (let i: i32 = 0; i < height; i++) {
    let fromColumn = columnStart, fromRow = rowStart;
    for (let j: i32 = 0; j < width; j++) {
      const column = fromColumn >> 16, row = fromRow >> 16;
      if (<u32> column < <u32> width && <u32> row < <u32> height) {
        const p = x + <usize> (row * width + column) * 12;
        store<i64>(out, load<i64>(p));
        store<i32>(out, load<i32>(p, 8), 8);
      } else {
        store<i64>(out, 0);
        store<i32>(out, 0, 8);
      }
      out += 12;
      fromColumn += a;
      fromRow += d;
    }
    columnStart += b;
    rowStart += e;
  }
}

/** counts [3, 256] of the values of each channel. */
function countValues(x: usize, pixels: i32, counts: usize): void {
  memory.fill(counts, 0, tableBytes);
  const end = x + <usize> pixels * 12;
  for (; x < end; x += 12) {
    for (let c: usize = 0; c < 3; c++) {
      const at = counts + (c << 10) + (<usize> <i32> load<f32>(x + (c << 2)) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
  }
}

/** Turns one channel's counts into autocontrast's new values. */
function autocontrastTable(counts: usize): void {
  let low: i32 = 0, high: i32 = 255;
  while (low < 255 && load<i32>(counts + (<usize> low << 2)) == 0) low++;
  while (high > 0 && load<i32>(counts + (<usize> high << 2)) == 0) high--;
  const scale = <f64> 255 / <f64> (high - low);
  const offset = -<f64> low * scale;
  for (let i: i32 = 0; i < 256; i++) {
    let value = i;
    if (high > low) value = max(0, min(255, <i32> (<f64> i * scale + offset)));
    store<f32>(counts + (<usize> i << 2), <f32> value);
  }
}

/** Turns one channel's counts into equalize's new values. */
function equalizeTable(counts: usize, pixels: i32): void {
  let high: i32 = 255;
  while (high > 0 && load<i32>(counts + (<usize> high << 2)) == 0) high--;
  const step = (pixels - load<i32>(counts + (<usize> high << 2))) / 255;
  let below = step >> 1;
  for (let i: i32 = 0; i < 256; i++) {
    const at = counts + (<usize> i << 2);
    const count = load<i32>(at);
    store<f32>(at, <f32> (step == 0 ? i : min(255, below / step)));
    below += count;
  }
}

function byTable(x: usize, out: usize, pixels: i32, tables: usize): void {
  const end = x + <usize> pixels * 12;
  for (; x < end; x += 12) {
    for (let c: usize = 0; c < 3; c++) {
      const value = <usize> <i32> load<f32>(x + (c << 2));
      store<f32>(out + (c << 2), load<f32>(tables + (c << 10) + (value << 2)));
    }
    out += 12;
  }
}

/** Images first..last, each by its own kind; tables: 3 KiB of scratch. out is not x. */
export function pixelOperation(
  x: usize,
  kinds: usize,
  values: usize,
  coefficients: usize,
  out: usize,
  first: i32,
  last: i32,
  height: i32,
  width: i32,
  tables: usize,
): void {
  const pixels = height * width;
  const bytes = <usize> pixels * 12;
  for (let image = first; image < last; image++) {
    const p = x + <usize> image * bytes, q = out + <usize> image * bytes;
    const v = load<f32>(values + (<usize> image << 2));
    switch (load<i32>(kinds + (<usize> image << 2))) {
      case 1:
        countValues(p, pixels, tables);
        for (let c: usize = 0; c < 3; c++) autocontrastTable(tables + (c << 10));
        byTable(p, q, pixels, tables);
        break;
      case 2:
        countValues(p, pixels, tables);
        for (let c: usize = 0; c < 3; c++) equalizeTable(tables + (c << 10), pixels);
        byTable(p, q, pixels, tables);
        break;
      case 3:
        blendWith(p, q, bytes, 0, v);
        break;
      case 4:
        color(p, q, pixels, v);
        break;
      case 5:
        contrast(p, q, pixels, v);
        break;
      case 6:
        sharpness(p, q, height, width, v);
        break;
      case 7:
        posterize(p, q, bytes, v);
        break;
      case 8:
        solarize(p, q, bytes, v);
        break;
      case 9:
        affine(p, q, height, width, coefficients + <usize> image * 24);
        break;
      default:
        memory.copy(q, p, bytes);
    }
  }
}
