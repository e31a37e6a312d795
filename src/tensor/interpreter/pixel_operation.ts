import { PIXEL_OPERATIONS } from "../pixel_operation.ts";
import { at, type Interpretation } from "./operand.ts";

/** One image: rows of pixels of three channels. */
interface Picture {
  readonly height: number;
  readonly width: number;
  /** [H,W,3] */
  readonly data: Float64Array;
}

interface Parameters {
  readonly value: number;
  /** a, b, c, d, e, f: 16.16. */
  readonly coefficients: ArrayLike<number>;
}

/** The new value of channel `channel` of the pixel at `index` = row·width + column. */
type Pixel = (index: number, channel: number) => number;

/** Prepares an operation for one image. */
type Operation = (picture: Picture, parameters: Parameters) => Pixel;

function pixel({ data }: Picture, index: number, channel: number): number {
  return data[3 * index + channel] ?? 0;
}

function luma(picture: Picture, index: number): number {
  const [red, green, blue] = [0, 1, 2].map((channel) => pixel(picture, index, channel));
  const weighted = 19595 * (red ?? 0) + 38470 * (green ?? 0) + 7471 * (blue ?? 0);
  return Math.floor((weighted + 32768) / 65536);
}

function pixelIndices({ height, width }: Picture): number[] {
  return Array.from({ length: height * width }, (_, index) => index);
}

/** ⌊from + v·(x − from)⌋, each step rounded to float32. */
function blend(from: Pixel): Operation {
  return (picture, { value }) => (index, channel) => {
    const start = from(index, channel);
    const change = Math.fround(Math.fround(value) * (pixel(picture, index, channel) - start));
    return Math.floor(Math.fround(start + change));
  };
}

/** A new value for each value 0..255 of each channel. */
function byTable(table: (values: readonly number[]) => (x: number) => number): Operation {
  return (picture) => {
    const tables = [0, 1, 2].map((channel) =>
      table(pixelIndices(picture).map((index) => pixel(picture, index, channel)))
    );
    return (index, channel) => tables[channel]?.(pixel(picture, index, channel)) ?? 0;
  };
}

function autocontrast(values: readonly number[]): (x: number) => number {
  const low = values.reduce((least, x) => Math.min(least, x), 255);
  const high = values.reduce((most, x) => Math.max(most, x), 0);
  if (high <= low) return (x) => x;
  const scale = 255 / (high - low);
  const offset = -low * scale;
  return (x) => Math.min(Math.max(Math.trunc(x * scale + offset), 0), 255);
}

function equalize(values: readonly number[]): (x: number) => number {
  const counts = new Array<number>(256).fill(0);
  for (const x of values) counts[x] = (counts[x] ?? 0) + 1;
  const last = counts.findLast((count) => count > 0) ?? 0;
  const step = Math.floor((values.length - last) / 255);
  if (step === 0) return (x) => x;
  const table: number[] = [];
  let below = Math.floor(step / 2);
  for (const count of counts) {
    table.push(Math.min(255, Math.floor(below / step)));
    below += count;
  }
  return (x) => table[x] ?? 0;
}

function meanLuma(picture: Picture): number {
  const indices = pixelIndices(picture);
  const total = indices.reduce((sum, index) => sum + luma(picture, index), 0);
  return Math.floor(total / indices.length + 0.5);
}

function smooth(picture: Picture): Pixel {
  const { height, width } = picture;
  return (index, channel) => {
    const [row, column] = [Math.floor(index / width), index % width];
    const inside = row > 0 && row < height - 1 && column > 0 && column < width - 1;
    if (!inside) return pixel(picture, index, channel);
    let sum = 4 * pixel(picture, index, channel);
    for (const down of [-width, 0, width]) {
      for (const right of [-1, 0, 1]) sum += pixel(picture, index + down + right, channel);
    }
    return Math.floor(sum / 13 + 0.5);
  };
}

const affine: Operation = (picture, { coefficients }) => {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from(coefficients);
  const { height, width } = picture;
  return (index, channel) => {
    const [i, j] = [Math.floor(index / width), index % width];
    const column = Math.floor((a * j + b * i + c) / 65536);
    const row = Math.floor((d * j + e * i + f) / 65536);
    const inside = row >= 0 && row < height && column >= 0 && column < width;
    return inside ? pixel(picture, row * width + column, channel) : 0;
  };
};

const operations: Readonly<Record<keyof typeof PIXEL_OPERATIONS, Operation>> = {
  identity: (picture) => (index, channel) => pixel(picture, index, channel),
  autocontrast: byTable(autocontrast),
  equalize: byTable(equalize),
  brightness: blend(() => 0),
  color: (picture, parameters) => blend((index) => luma(picture, index))(picture, parameters),
  contrast: (picture, parameters) => {
    const mean = meanLuma(picture);
    return blend(() => mean)(picture, parameters);
  },
  sharpness: (picture, parameters) => blend(smooth(picture))(picture, parameters),
  posterize: (picture, { value }) => (index, channel) => {
    const step = 2 ** (8 - value);
    return Math.floor(pixel(picture, index, channel) / step) * step;
  },
  solarize: (picture, { value }) => (index, channel) => {
    const x = pixel(picture, index, channel);
    return x >= value ? 255 - x : x;
  },
  affine,
};

const byCode = new Map<number, Operation>(
  Object.entries(PIXEL_OPERATIONS).map(([name, code]) => [
    code,
    operations[name as keyof typeof PIXEL_OPERATIONS],
  ]),
);

/** One operation on each image; see ../pixel_operation.ts. */
export const pixelOperation: Interpretation = (inputs, outputs) => {
  const [x, kind, value, coefficients] = [0, 1, 2, 3].map((index) => at(inputs, index).data);
  const out = at(outputs, 0);
  const [n = 0, height = 0, width = 0] = out.spec.shape;
  const size = height * width * 3;
  for (let image = 0; image < n; image++) {
    const operation = byCode.get(kind?.[image] ?? 0);
    if (!operation) throw new RangeError(`PixelOperation knows no kind ${kind?.[image]}`);
    const picture = {
      height,
      width,
      data: x?.subarray(image * size, (image + 1) * size) ?? new Float64Array(),
    };
    const make = operation(picture, {
      value: value?.[image] ?? 0,
      coefficients: coefficients?.subarray(6 * image, 6 * image + 6) ?? [],
    });
    for (let i = 0; i < size; i++) out.data[image * size + i] = make(Math.floor(i / 3), i % 3);
  }
};
