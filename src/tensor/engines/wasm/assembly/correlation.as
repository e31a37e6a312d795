// Batches of images through the tiles of conv.ts: source images go into a zero-padded scratch image first, so that the tiles need no
// bounds checks; what does not fit whole tiles is computed in a scratch result and copied from there.
import { convImage, filterImage } from "./conv";

/** Copies [height, width, channels] to `target`, whose rows and pixels may be wider. */
function place(
  image: usize,
  height: i32,
  width: i32,
  channels: i32,
  target: usize,
  rowBytes: usize,
  pixelChannels: i32,
): void {
  const sourceRowBytes = <usize> (width * channels) << 2;
  for (let row: i32 = 0; row < height; row++) {
    if (channels == pixelChannels) {
      memory.copy(target, image, sourceRowBytes);
    } else {
      let from = image, to = target;
      for (let column: i32 = 0; column < width; column++) {
        for (let c: i32 = 0; c < channels; c++) {
          store<f32>(to + (<usize> c << 2), load<f32>(from + (<usize> c << 2)));
        }
        from += <usize> channels << 2;
        to += <usize> pixelChannels << 2;
      }
    }
    image += sourceRowBytes;
    target += rowBytes;
  }
}

/** Field of a plan: a list of int32 written once by the host. */
function field(plan: usize, index: i32): i32 {
  return load<i32>(plan + (<usize> index << 2));
}

/**
 * y[n, r, c, o] = sum over taps and inputs of x[n, r*step + tap, ...] * w[o, tap, input], for images first <= n < last.
 * plan: 0 height, 1 width, 2 channels of x; 3 direct (x needs no scratch); 4 scratch bytes, 5 bytes of its row, 6 of its margin;
 * 7 bytes from row to row and 8 from column to column of windows; 9 taps; 10 their number; 11 blocks of 8 outputs; 12 rows, 13 columns;
 * 14 bytes before the first result, 15 from row to row, 16 from column to column; 17 outputs; 18 whole (columns in fours, outputs in
 * eights). Taps are byte offsets from a window's corner.
 */
export function correlate(
  plan: usize,
  x: usize,
  xBytes: usize,
  weights: usize,
  y: usize,
  yBytes: usize,
  first: i32,
  last: i32,
  scratch: usize,
  result: usize,
): void {
  const height = field(plan, 0), width = field(plan, 1), channels = field(plan, 2);
  const direct = field(plan, 3), rowBytes = field(plan, 5), margin = field(plan, 6);
  const rowStep = field(plan, 7), pixelStep = field(plan, 8);
  const taps = <usize> field(plan, 9), tapCount = field(plan, 10), blocks = field(plan, 11);
  const rows = field(plan, 12), columns = field(plan, 13);
  const yStart = field(plan, 14), yRowBytes = field(plan, 15), yPixelBytes = field(plan, 16);
  const outputs = field(plan, 17), whole = field(plan, 18);
  if (!direct) memory.fill(scratch, 0, <usize> field(plan, 4));
  const wide = (columns + 3) & ~3;
  const tilePixelBytes = <usize> blocks << 5;
  const tileRowBytes = <usize> wide * tilePixelBytes;
  for (let n = first; n < last; n++) {
    let source = x + <usize> n * xBytes;
    if (!direct) {
      place(source, height, width, channels, scratch + <usize> margin, <usize> rowBytes, channels);
      source = scratch;
    }
    const target = y + <usize> n * yBytes + <usize> yStart;
    if (whole) {
      convImage(
        source,
        rowStep,
        pixelStep,
        taps,
        tapCount,
        channels,
        weights,
        blocks,
        target,
        yRowBytes,
        yPixelBytes,
        rows,
        columns,
      );
      continue;
    }
    convImage(
      source,
      rowStep,
      pixelStep,
      taps,
      tapCount,
      channels,
      weights,
      blocks,
      result,
      tileRowBytes,
      tilePixelBytes,
      rows,
      wide,
    );
    for (let row: i32 = 0; row < rows; row++) {
      for (let column: i32 = 0; column < columns; column++) {
        const from = result + <usize> row * tileRowBytes + <usize> column * tilePixelBytes;
        const to = target + <usize> row * <usize> yRowBytes + <usize> column * <usize> yPixelBytes;
        for (let o: i32 = 0; o < outputs; o++) {
          store<f32>(to + (<usize> o << 2), load<f32>(from + (<usize> o << 2)));
        }
      }
    }
  }
}

/**
 * Packs filters [kh*kw, inputs, outputs] as [outputs/8][tap][input][8], the last block filled up with zeros. picked: which tap of the
 * filter is the t-th. transposed: the filter is [kh*kw, outputs, inputs].
 */
export function packFilter(
  filter: usize,
  picked: usize,
  tapCount: i32,
  inputs: i32,
  outputs: i32,
  transposed: i32,
  packed: usize,
): void {
  for (let block: i32 = 0; block < outputs; block += 8) {
    for (let t: i32 = 0; t < tapCount; t++) {
      const tap = filter + (<usize> (load<i32>(picked + (<usize> t << 2)) * inputs * outputs) << 2);
      for (let i: i32 = 0; i < inputs; i++) {
        for (let lane: i32 = 0; lane < 8; lane++) {
          const o = block + lane;
          let value: f32 = 0;
          if (o < outputs) {
            value = load<f32>(tap + (<usize> (transposed ? o * inputs + i : i * outputs + o) << 2));
          }
          store<f32>(packed, value);
          packed += 4;
        }
      }
    }
  }
}

/**
 * dw[tap, input, output] = sum over images, rows, columns of x[...] * dy[...]. plan: 0-2 height, width, channels of x; 3 direct; 4 scratch
 * bytes, 5 of its row, 6 of its margin; 7, 8 bytes from window to window; 9 taps; 10 their number; 11 channels of x in the scratch image,
 * a multiple of 4; 12 rows, 13 columns, 14 channels of dy; 15 those of its scratch, a multiple of 8. dw has the padded sizes and is zeroed
 * here.
 */
export function filterGradient(
  plan: usize,
  x: usize,
  xBytes: usize,
  dy: usize,
  dyBytes: usize,
  dw: usize,
  first: i32,
  last: i32,
  scratch: usize,
  dyScratch: usize,
): void {
  const height = field(plan, 0), width = field(plan, 1), channels = field(plan, 2);
  const direct = field(plan, 3), rowBytes = field(plan, 5), margin = field(plan, 6);
  const taps = <usize> field(plan, 9), tapCount = field(plan, 10), inputs = field(plan, 11);
  const rows = field(plan, 12), columns = field(plan, 13);
  const outputs = field(plan, 14), padded = field(plan, 15);
  if (!direct) memory.fill(scratch, 0, <usize> field(plan, 4));
  if (outputs != padded) memory.fill(dyScratch, 0, <usize> (rows * columns * padded) << 2);
  memory.fill(dw, 0, <usize> (tapCount * inputs * padded) << 2);
  for (let n = first; n < last; n++) {
    let source = x + <usize> n * xBytes;
    if (!direct) {
      place(source, height, width, channels, scratch + <usize> margin, <usize> rowBytes, inputs);
      source = scratch;
    }
    let gradient = dy + <usize> n * dyBytes;
    if (outputs != padded) {
      place(gradient, rows, columns, outputs, dyScratch, <usize> (columns * padded) << 2, padded);
      gradient = dyScratch;
    }
    filterImage(
      source,
      field(plan, 7),
      field(plan, 8),
      taps,
      tapCount,
      inputs,
      gradient,
      padded,
      rows,
      columns,
      dw,
    );
  }
}
