import { elementCount } from "../../../program.ts";
import type { CallView, Lower, LoweringContext, Run } from "../lowering.ts";
import { cut } from "../parts.ts";

/** One product of a window: where its pixel lies from the window's corner, and which tap of the filter it meets. */
interface Tap {
  readonly row: number;
  readonly column: number;
  readonly filter: number;
}

/** Windows over images, and the results that they give. */
interface Correlation {
  readonly images: number;
  /** [height, width, channels] of the source. */
  readonly source: readonly [number, number, number];
  readonly outputs: number;
  readonly rows: number;
  readonly columns: number;
  /** Pixels of the source from window to window. */
  readonly step: readonly [rows: number, columns: number];
  readonly taps: readonly Tap[];
  /** The filter is [taps, outputs, inputs]. */
  readonly transposed: boolean;
  /** Elements of a result image, and before, from row to row and from column to column of the results in it. */
  readonly result: {
    readonly count: number;
    readonly start: number;
    readonly row: number;
    readonly column: number;
  };
}

/** Where a source image lies in the scratch image, which has room for every window. */
function frame(
  { source: [height, width, channels], rows, columns, step, taps }: Correlation,
  pixel: { readonly channels: number; readonly columns: number },
) {
  const top = Math.max(0, -Math.min(...taps.map((tap) => tap.row)));
  const left = Math.max(0, -Math.min(...taps.map((tap) => tap.column)));
  const neededRows = (rows - 1) * step[0] + Math.max(...taps.map((tap) => tap.row)) + top + 1;
  const neededColumns = (pixel.columns - 1) * step[1] +
    Math.max(...taps.map((tap) => tap.column)) + left + 1;
  const direct = top === 0 && left === 0 && neededRows <= height && neededColumns <= width &&
    pixel.channels === channels && pixel.columns === columns;
  const frameWidth = direct ? width : Math.max(neededColumns, left + width);
  const pixelBytes = 4 * pixel.channels;
  const rowBytes = frameWidth * pixelBytes;
  return {
    direct,
    bytes: Math.max(neededRows, top + height) * rowBytes,
    rowBytes,
    margin: top * rowBytes + left * pixelBytes,
    rowStep: step[0] * rowBytes,
    columnStep: step[1] * pixelBytes,
    taps: taps.map((tap) => (tap.row + top) * rowBytes + (tap.column + left) * pixelBytes),
  };
}

function ceilTo(count: number, unit: number): number {
  return Math.ceil(count / unit) * unit;
}

/** A correlation of the images at slot x with the filter at slot `filter`. */
export function lowerCorrelation(
  slots: { readonly x: number; readonly filter: number; readonly y: number },
  context: LoweringContext,
  correlation: Correlation,
): Run {
  const { kernels, pool } = context;
  const { images, source, outputs, rows, columns, taps, transposed, result } = correlation;
  const [height, width, channels] = source;
  const whole = columns % 4 === 0 && outputs % 8 === 0;
  const wide = ceilTo(columns, 4);
  const blocks = ceilTo(outputs, 8) / 8;
  const placed = frame(correlation, { channels, columns: wide });
  const plan = context.table([
    ...[
      height,
      width,
      channels,
      Number(placed.direct),
      placed.bytes,
      placed.rowBytes,
      placed.margin,
    ],
    ...[
      placed.rowStep,
      placed.columnStep,
      context.table(placed.taps),
      taps.length,
      blocks,
      rows,
      columns,
    ],
    ...[4 * result.start, 4 * result.row, 4 * result.column, outputs, Number(whole)],
  ]);
  const picked = context.table(taps.map((tap) => tap.filter));
  const packed = context.scratch(4 * taps.length * channels * blocks * 8);
  const parts = cut(images);
  const frameBytes = placed.direct ? 0 : placed.bytes;
  const tileBytes = whole ? 0 : 4 * rows * wide * blocks * 8;
  const scratch = context.scratch(frameBytes * parts.length);
  const tile = context.scratch(tileBytes * parts.length);
  const [xBytes, yBytes] = [4 * elementCount(source), 4 * result.count];
  return (at) => {
    const weights = at.at(packed);
    kernels.packFilter(
      at.at(slots.filter),
      picked,
      taps.length,
      channels,
      outputs,
      Number(transposed),
      weights,
    );
    pool.run(parts.map(({ first, last }, i) => [
      ...["correlate", plan, at.at(slots.x), xBytes, weights, at.at(slots.y), yBytes] as const,
      ...[first, last, at.at(scratch) + i * frameBytes, at.at(tile) + i * tileBytes],
    ]));
  };
}

interface Geometry {
  readonly kh: number;
  readonly kw: number;
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly top: number;
  readonly left: number;
}

function geometry(view: CallView, filter: readonly number[]): Geometry {
  const [kh = 1, kw = 1] = filter;
  const [sh = 1, sw = 1] = view.attributes.list("strides");
  const [dh = 1, dw = 1] = view.attributes.list("dilations");
  const [top = 0, , left = 0] = view.attributes.list("pads");
  return { kh, kw, strides: [sh, sw], dilations: [dh, dw], top, left };
}

/** All taps of a filter, from the pixel that an output pixel is computed at. */
function forwardTaps({ kh, kw, dilations: [dh, dw], top, left }: Geometry): Tap[] {
  return Array.from({ length: kh * kw }, (_, filter) => ({
    row: Math.floor(filter / kw) * dh - top,
    column: (filter % kw) * dw - left,
    filter,
  }));
}

const forward: Lower = (view, context) => {
  const [n = 0, height = 0, width = 0, channels = 0] = view.inSpec(0).shape;
  const [, rows = 0, columns = 0, outputs = 0] = view.outSpec().shape;
  const shape = geometry(view, view.inSpec(1).shape);
  const slots = { x: view.in(0), filter: view.in(1), y: view.out() };
  return {
    run: lowerCorrelation(slots, context, {
      images: n,
      source: [height, width, channels],
      outputs,
      rows,
      columns,
      step: shape.strides,
      taps: forwardTaps(shape),
      transposed: false,
      result: {
        count: rows * columns * outputs,
        start: 0,
        row: columns * outputs,
        column: outputs,
      },
    }),
  };
};

/**
 * dx: the results fall into strides × strides phases; each is a correlation of dy with the taps that meet it, so that no product
 * with an inserted zero is computed.
 */
const inputGradient: Lower = (view, context) => {
  const { kernels } = context;
  const [n = 0, rows = 0, columns = 0, channels = 0] = view.inSpec(0).shape;
  const [, height = 0, width = 0, inputs = 0] = view.outSpec().shape;
  const { kh, kw, strides: [sh, sw], dilations: [dh, dw], top, left } = geometry(
    view,
    view.inSpec(1).shape,
  );
  const slots = { x: view.in(0), filter: view.in(1), y: view.out() };
  const runs: Run[] = [];
  let covered = 0;
  for (let a = 0; a < Math.min(sh, height); a++) {
    for (let b = 0; b < Math.min(sw, width); b++) {
      const taps: Tap[] = [];
      for (let filter = 0; filter < kh * kw; filter++) {
        const row = a + top - Math.floor(filter / kw) * dh;
        const column = b + left - (filter % kw) * dw;
        if (row % sh === 0 && column % sw === 0) {
          taps.push({ row: row / sh, column: column / sw, filter });
        }
      }
      if (!taps.length) continue;
      covered += 1;
      runs.push(lowerCorrelation(slots, context, {
        images: n,
        source: [rows, columns, channels],
        outputs: inputs,
        rows: Math.ceil((height - a) / sh),
        columns: Math.ceil((width - b) / sw),
        step: [1, 1],
        taps,
        transposed: true,
        result: {
          count: height * width * inputs,
          start: (a * width + b) * inputs,
          row: sh * width * inputs,
          column: sw * inputs,
        },
      }));
    }
  }
  const empty = covered < Math.min(sh, height) * Math.min(sw, width);
  const [out, count] = [view.out(), elementCount(view.outSpec().shape)];
  return {
    run: (at) => {
      if (empty) kernels.fill(at.at(out), count, 0);
      for (const run of runs) run(at);
    },
  };
};

const filterGradient: Lower = (view, context) => {
  const { pool, heap } = context;
  const [n = 0, height = 0, width = 0, channels = 0] = view.inSpec(0).shape;
  const [, rows = 0, columns = 0, outputs = 0] = view.inSpec(1).shape;
  const shape = geometry(view, view.outSpec().shape);
  const [inputs, padded] = [ceilTo(channels, 4), ceilTo(outputs, 8)];
  const taps = forwardTaps(shape);
  const placed = frame({
    images: n,
    source: [height, width, channels],
    outputs,
    rows,
    columns,
    step: shape.strides,
    taps,
    transposed: false,
    result: { count: 0, start: 0, row: 0, column: 0 },
  }, { channels: inputs, columns });
  const plan = context.table([
    ...[
      height,
      width,
      channels,
      Number(placed.direct),
      placed.bytes,
      placed.rowBytes,
      placed.margin,
    ],
    ...[placed.rowStep, placed.columnStep, context.table(placed.taps), taps.length, inputs],
    ...[rows, columns, outputs, padded],
  ]);
  const parts = cut(n);
  const frameBytes = placed.direct ? 0 : placed.bytes;
  const dyBytes = padded === outputs ? 0 : 4 * rows * columns * padded;
  const sumCount = taps.length * inputs * padded;
  const scratch = context.scratch(frameBytes * parts.length);
  const dyScratch = context.scratch(dyBytes * parts.length);
  const sums = context.scratch(4 * sumCount * parts.length);
  const [x, dy, out] = [view.in(0), view.in(1), view.out()];
  const [xStep, dyStep] = [4 * height * width * channels, 4 * rows * columns * outputs];
  return {
    run: (at) => {
      pool.run(parts.map(({ first, last }, i) => [
        ...["filterGradient", plan, at.at(x), xStep, at.at(dy), dyStep] as const,
        ...[at.at(sums) + 4 * i * sumCount, first, last],
        ...[at.at(scratch) + i * frameBytes, at.at(dyScratch) + i * dyBytes],
      ]));
      const total = heap.floats(at.at(sums), sumCount);
      for (let i = 1; i < parts.length; i++) {
        const part = heap.floats(at.at(sums) + 4 * i * sumCount, sumCount);
        for (let j = 0; j < sumCount; j++) total[j] = (total[j] ?? 0) + (part[j] ?? 0);
      }
      const to = heap.floats(at.at(out), taps.length * channels * outputs);
      for (let row = 0; row < taps.length * channels; row++) {
        const start = (Math.floor(row / channels) * inputs + row % channels) * padded;
        to.set(total.subarray(start, start + outputs), row * outputs);
      }
    },
  };
};

/** Convolutions. */
export const convolution: Readonly<Record<string, Lower>> = {
  Conv2D: forward,
  Conv2DBackpropInput: inputGradient,
  Conv2DBackpropFilter: filterGradient,
};
