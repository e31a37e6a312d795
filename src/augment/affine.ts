/** Affine maps from target to source in the 16.16 fixed point of Pillow's nearest-neighbour transform. Float64, on the host. */

/** a, b, c, d, e, f: the source of target column j, row i is ((a·j + b·i + c) >> 16, (d·j + e·i + f) >> 16). */
export type AffineCoefficients = readonly [number, number, number, number, number, number];

/** Height and width in pixels. */
export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

type Matrix = AffineCoefficients;

const ONE = 65536;

export const IDENTITY: AffineCoefficients = [ONE, 0, ONE / 2, 0, ONE, ONE / 2];

/** Rounded half away from 0. */
function fixed(value: number): number {
  return Math.trunc(value * ONE + (value < 0 ? -0.5 : 0.5));
}

/** The map in fixed point; sources are looked up at the centres of target pixels. */
function sheared([a, b, c, d, e, f]: Matrix): AffineCoefficients {
  return [
    fixed(a),
    fixed(b),
    fixed(c + a * 0.5 + b * 0.5),
    fixed(d),
    fixed(e),
    fixed(f + d * 0.5 + e * 0.5),
  ];
}

/** A shift by `columns` and `rows` pixels: Pillow does it in floats, ⌊j + ½ + columns⌋; rounding down here gives the same. */
function shifted({ columns = 0, rows = 0 }: { columns?: number; rows?: number }): Matrix {
  const start = (shift: number) => Math.floor((shift + 0.5) * ONE);
  return [ONE, 0, start(columns), 0, ONE, start(rows)];
}

/** Counter-clockwise by `degrees` about the centre. */
function rotated(degrees: number, { height, width }: PictureSize): AffineCoefficients {
  const positive = degrees < 0 ? degrees % 360 + 360 : degrees % 360;
  if (positive === 0) return IDENTITY;
  const angle = -(positive * (Math.PI / 180));
  const [cosine, sine] = [round15(Math.cos(angle)), round15(Math.sin(angle))];
  const [x, y] = [width / 2, height / 2];
  return sheared([
    cosine,
    sine,
    cosine * -x + sine * -y + x,
    round15(-Math.sin(angle)),
    cosine,
    round15(-Math.sin(angle)) * -x + cosine * -y + y,
  ]);
}

function round15(value: number): number {
  return Number(value.toFixed(15));
}

/**
 * What each affine operation of RandAugment does at a magnitude: degrees for Rotate, a slope for the shears, a fraction of the
 * size for the translations.
 */
export const AFFINE_OPERATIONS = {
  Rotate: rotated,
  ShearX: (slope: number) => sheared([1, slope, 0, 0, 1, 0]),
  ShearY: (slope: number) => sheared([1, 0, 0, slope, 1, 0]),
  TranslateX: (fraction: number, { width }: PictureSize) => shifted({ columns: fraction * width }),
  TranslateY: (fraction: number, { height }: PictureSize) => shifted({ rows: fraction * height }),
} as const satisfies Readonly<
  Record<string, (magnitude: number, size: PictureSize) => AffineCoefficients>
>;

export type AffineName = keyof typeof AFFINE_OPERATIONS;
