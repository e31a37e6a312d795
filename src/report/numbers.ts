import type { ReportCell } from "./report.ts";
import { absenceLabels } from "./absence.ts";

/** A number with fixed decimals; refuses what is not finite, prints no negative zero. */
export function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) throw new Error(`internal: ${value} in a report`);
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** `76.49 ± 0.72`, or the value alone where there is no spread. */
export function withSpread(value: number, options: { spread: number | null; decimals: number }) {
  const { spread, decimals } = options;
  const text = fixed(value, decimals);
  return spread === null ? text : `${text} ± ${fixed(spread, decimals)}`;
}

/** A difference in points with its sign, with a real minus: `−0.29`, `+1.20`, `0.00`. */
export function signed(value: number, decimals: number): string {
  const text = fixed(value, decimals);
  if (Number(text) === 0) return text;
  return text.startsWith("-") ? `−${text.slice(1)}` : `+${text}`;
}

/** Thousands set apart by commas: `262,144`. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Our half of a cell: `76.20 ± 0.30 (3/3)`, `33.40 (1/3)`, `84.44 ± 0.29 (3/3, imported)` or `– (no data)`. */
export function oursText(cell: ReportCell, decimals: number): string {
  if (cell.ours === null) return `– (${absenceLabels[cell.code]})`;
  const { mean, spread, count, seeds } = cell.ours;
  const imported = seeds.filter((seed) => seed.imported !== undefined).length;
  const mark = imported === 0 ? "" : imported === count ? ", imported" : `, ${imported} imported`;
  return `${withSpread(mean, { spread, decimals })} (${count}/${cell.seedsAsked}${mark})`;
}
