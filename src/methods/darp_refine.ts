/** DARP's refinement of pseudo-probabilities over the whole unlabelled set, in float64. */
import { secantRoot } from "./secant_root.ts";

/** A table [rows,K], row-major. */
type Table = ArrayLike<number>;

/** What is left of a table after the removal of noisy entries. */
export interface Cleaned {
  /** 1 where an entry is among its class's most probable ones, [rows,K]. */
  readonly keep: Uint8Array;
  /** v, [K]. */
  readonly classWeights: Float64Array;
  /** Q', [rows,K]; rows sum to 1. */
  readonly table: Float64Array;
}

/** Keeps the ⌊α·d_k⌋ most probable entries of each class, earlier rows first among equals, and weighs the classes. */
export function removeNoise(
  table: Table,
  { targets, alpha }: { readonly targets: readonly number[]; readonly alpha: number },
): Cleaned {
  const classes = targets.length;
  const rows = table.length / classes;
  const keep = new Uint8Array(table.length);
  const classWeights = new Float64Array(classes);
  for (let k = 0; k < classes; k++) {
    const column = Float64Array.from({ length: rows }, (_, row) => table[row * classes + k]!);
    let sum = 0;
    for (const row of mostProbable(column, Math.floor(alpha * targets[k]!))) {
      keep[row * classes + k] = 1;
      sum += column[row]!;
    }
    classWeights[k] = (targets[k]! + 1e-6) / (sum + 1e-6);
  }
  const cleaned = Float64Array.from(
    table,
    (value, i) => value * keep[i]! * classWeights[i % classes]! + 1e-6,
  );
  for (let row = 0; row < rows; row++) {
    const entries = cleaned.subarray(row * classes, (row + 1) * classes);
    const sum = entries.reduce((total, value) => total + value, 0);
    entries.forEach((value, k) => entries[k] = value / sum);
  }
  return { keep, classWeights, table: cleaned };
}

/** Places of the `count` largest values, earlier ones first among equals. */
function mostProbable(values: Float64Array, count: number): number[] {
  if (count <= 0) return [];
  const smallest = values.toSorted()[Math.max(0, values.length - count)]!;
  const places: number[] = [];
  let equal = count;
  for (const value of values) if (value > smallest) equal -= 1;
  values.forEach((value, place) => {
    if (value > smallest) places.push(place);
    else if (value === smallest && equal-- > 0) places.push(place);
  });
  return places;
}

/** The solution of DARP's solver. */
export interface Solved {
  /** R, [rows,K]. */
  readonly table: Float64Array;
  /** ν after each round, [rounds,K]. */
  readonly nu: Float64Array;
}

/** Scales a table to the target counts: rows sum to 1, class k to about d_k. */
export function matchCounts(
  table: Float64Array,
  { targets, rounds }: { readonly targets: readonly number[]; readonly rounds: number },
): Solved {
  const classes = targets.length;
  const rows = table.length / classes;
  const a = table.map((value) => value / Math.E);
  const entropy = new Float64Array(rows); // 1 / w
  table.forEach((p, i) => entropy[Math.floor(i / classes)]! -= p * Math.log(p + 1e-6));
  let nu = new Float64Array(classes).fill(1);
  let previous = new Float64Array(classes);
  const history = new Float64Array(rounds * classes);
  const x = new Float64Array(rows);
  const scaleRows = () => {
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let k = 0; k < classes; k++) {
        sum += a[row * classes + k]! * Math.exp(-nu[k]! * entropy[row]!);
      }
      x[row] = 1 / sum;
    }
  };
  for (let round = 0; round < rounds; round++) {
    scaleRows();
    nu = previous.map((start, k) =>
      secantRoot((value) => {
        let sum = 0;
        for (let row = 0; row < rows; row++) {
          sum += a[row * classes + k]! * x[row]! * Math.exp(-value * entropy[row]!);
        }
        return sum - targets[k]!;
      }, { start, tolerance: 0.1, steps: 30 })
    );
    previous = nu;
    history.set(nu, round * classes);
  }
  scaleRows();
  const result = a.map((value, i) => {
    const row = Math.floor(i / classes);
    return value * x[row]! * Math.exp(-nu[i % classes]! * entropy[row]!);
  });
  return { table: result, nu: history };
}
