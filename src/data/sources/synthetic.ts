import { datasetFacts } from "../datasets.ts";
import type { LoadedPart, LoadedSet, LoadRequest } from "../loaded_set.ts";
import { SplitMix } from "../split_mix.ts";
import { appearance, type Synthesis, synthesisClassNames } from "../synthesis.ts";

// Only + − × ÷, comparisons and rounding: the transcendental functions differ in their last bits between machines.

/** Makes the synthetic set. Throws an internal error without its parameters. */
export function load({ synthesis, onProgress, signal }: LoadRequest): Promise<LoadedSet> {
  if (synthesis === undefined) throw new Error("internal: synthetic set without parameters");
  const { classes, size, train_per_class, test_per_class } = synthesis;
  const total = classes * (train_per_class + test_per_class);
  const train = makePart(synthesis, { part: 0, count: classes * train_per_class, signal });
  onProgress(classes * train_per_class, total);
  const test = makePart(synthesis, { part: 1, count: classes * test_per_class, signal });
  onProgress(total, total);
  return Promise.resolve({
    height: size,
    width: size,
    classNames: synthesisClassNames(classes),
    normalisation: datasetFacts("synthetic")!.normalisation,
    source: "synthetic shapes",
    train,
    test,
  });
}

function makePart(synthesis: Synthesis, options: {
  readonly part: number;
  readonly count: number;
  readonly signal: AbortSignal;
}): LoadedPart {
  const { count, part, signal } = options;
  const bytes = synthesis.size * synthesis.size * 3;
  const images = new Uint8Array(count * bytes);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    if (i % 1000 === 0) signal.throwIfAborted();
    const label = i % synthesis.classes;
    labels[i] = label;
    drawPicture(images.subarray(i * bytes, (i + 1) * bytes), {
      synthesis,
      label,
      random: new SplitMix([synthesis.seed, part, i]),
    });
  }
  return { images, labels, ids: Int32Array.from(labels.keys()), officialCount: count };
}

type Colour = readonly [number, number, number];

/** Rotations by rational cosine and sine, so that no trigonometry is needed; a third of a right angle or less each way. */
const ROTATIONS: readonly (readonly [number, number])[] = [
  [1, 0],
  [12 / 13, 5 / 13],
  [12 / 13, -5 / 13],
  [24 / 25, 7 / 25],
  [24 / 25, -7 / 25],
  [40 / 41, 9 / 41],
  [40 / 41, -9 / 41],
];

/** One picture, uint8 [size, size, 3]: a textured shape on a sloping background, sometimes half hidden, with noise. */
function drawPicture(pixels: Uint8Array, { synthesis, label, random }: {
  readonly synthesis: Synthesis;
  readonly label: number;
  readonly random: SplitMix;
}): void {
  const { size, classes, noise } = synthesis;
  const { shape, texture } = appearance(label);
  // The hue wanders past the neighbouring classes' hues: colour alone does not tell the class.
  const hue = ((label + random.between(-1.6, 1.6)) * 6) / classes;
  const light = random.between(0.55, 1);
  const paint = colourOfHue(hue).map((c) => (40 + 200 * c) * light);
  const shade = random.between(0.3, 0.6);
  const ground: Colour = [
    random.between(40, 200),
    random.between(40, 200),
    random.between(40, 200),
  ];
  const slopeX = random.between(-50, 50) / size;
  const slopeY = random.between(-50, 50) / size;
  const centreX = size * random.between(0.36, 0.64);
  const centreY = size * random.between(0.36, 0.64);
  const radius = size * random.between(0.22, 0.4);
  const [cosine, sine] = ROTATIONS[random.integer(ROTATIONS.length)]!;
  const period = size * random.between(0.14, 0.2);
  const cover = coverRectangle(size, random);
  const amplitude = 128 * noise;
  let at = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dx = x + 0.5 - centreX;
      const dy = y + 0.5 - centreY;
      const along = dx * cosine + dy * sine;
      const across = dy * cosine - dx * sine;
      const hidden = cover !== null && x >= cover.left && x < cover.right && y >= cover.top &&
        y < cover.bottom;
      const inside = !hidden && INSIDE[shape](along / radius, across / radius);
      const factor = inside && DARK[texture](along / period, across / period) ? shade : 1;
      const slope = slopeX * (x - size / 2) + slopeY * (y - size / 2);
      for (let c = 0; c < 3; c++) {
        const base = hidden ? cover.grey : inside ? paint[c]! * factor : ground[c]! + slope;
        const value = base + amplitude * (random.uniform() + random.uniform() - 1);
        pixels[at++] = Math.max(0, Math.min(255, Math.floor(value)));
      }
    }
  }
}

function coverRectangle(size: number, random: SplitMix) {
  const draws = [random.uniform(), random.uniform(), random.uniform(), random.uniform()] as const;
  const grey = random.between(0, 255);
  if (draws[0] > 0.35) return null;
  const edge = size * (0.25 + 0.25 * draws[1]);
  const left = (size - edge) * draws[2];
  const top = (size - edge) * draws[3];
  return { left, top, right: left + edge, bottom: top + edge, grey };
}

/** A saturated colour on the wheel whose circumference is 6; channels in [0, 1]. */
function colourOfHue(hue: number): Colour {
  const channel = (offset: number) => {
    const h = (((hue + offset) % 6) + 6) % 6;
    return Math.max(0, Math.min(1, Math.abs(h - 3) - 1));
  };
  return [channel(0), channel(4), channel(2)];
}

/** Whether a point of the shape's own coordinates, in units of its radius, lies in it. */
const INSIDE = {
  disc: (u: number, v: number) => u * u + v * v < 1,
  square: (u: number, v: number) => Math.abs(u) < 0.85 && Math.abs(v) < 0.85,
  triangle: (u: number, v: number) => v < 0.75 && Math.abs(u) * 1.8 < v + 1,
  ring: (u: number, v: number) => u * u + v * v < 1 && u * u + v * v > 0.3,
  cross: (u: number, v: number) =>
    Math.min(Math.abs(u), Math.abs(v)) < 0.32 && Math.max(Math.abs(u), Math.abs(v)) < 1,
} as const;

const odd = (value: number) => (Math.floor(value) & 1) === 1;
const middle = (value: number) => Math.abs(value - Math.floor(value) - 0.5) < 0.28;

/** Whether the texture is dark at a point given in units of its period. */
const DARK = {
  plain: () => false,
  striped: (u: number, _v: number) => odd(u),
  checked: (u: number, v: number) => odd(u) !== odd(v),
  dotted: (u: number, v: number) => middle(u) && middle(v),
} as const;
