import type { Json } from "./method_string.ts";
import type { MethodParams } from "./method_params.ts";
import type { SweepRunParams } from "./run_params.ts";
import type { Setting } from "./setting.ts";

/** One difference between a cell as it is run and as the paper's profile has it; values as they are printed. */
export interface Departure {
  readonly name: string;
  readonly paper: string;
  readonly ours: string;
  /** "steps 6,144 instead of 262,144" */
  readonly sentence: string;
}

/** All that decides a cell's numbers. */
export interface EffectiveCell {
  readonly method: string;
  readonly methodParams: MethodParams;
  readonly split: Setting;
  readonly run: SweepRunParams;
  readonly seeds: readonly number[];
}

/** Parameters that cannot change a number and so are no departures. */
const neutral: ReadonlySet<string> = new Set(["checkpoint_every"]);

/** The differences between two effective cells, in a fixed order: data, run, method, seeds. */
export function departures(ours: EffectiveCell, paper: EffectiveCell): Departure[] {
  const before = flatten(paper);
  const after = flatten(ours);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const values = { paper: before.get(name) ?? "none", ours: after.get(name) ?? "none" };
    if (values.paper === values.ours) return [];
    return [{ name, ...values, sentence: `${name} ${values.ours} instead of ${values.paper}` }];
  });
}

function flatten(cell: EffectiveCell): Map<string, string> {
  const { labelled, unlabelled, dataset } = cell.split;
  const plugin = cell.method.split("+").at(-1) ?? cell.method;
  const values: [string, unknown][] = [
    ["dataset", dataset],
    ...prefixed("labelled", labelled),
    ...prefixed("unlabelled", unlabelled),
    ...Object.entries(cell.run).filter(([name]) => !neutral.has(name)),
    ["method", cell.method],
    ...prefixed(plugin, cell.methodParams),
    ["seeds", cell.seeds],
  ];
  return new Map(
    values.filter(([, value]) => value !== undefined).map(([name, value]) => [
      name,
      name === "split_seed" && value === "seed" ? "the run's seed" : printed(value as Json),
    ]),
  );
}

function prefixed(prefix: string, values: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]);
}

/** A value as reports print it: thousands separated, lists joined, maps as `key value`. */
function printed(value: Json): string {
  if (value === null) return "none";
  if (typeof value === "number") {
    return Number.isInteger(value) ? String(value).replace(/\B(?=(\d{3})+$)/g, ",") : String(value);
  }
  if (Array.isArray(value)) return value.map(printed).join(", ");
  if (typeof value !== "object") return String(value);
  return Object.entries(value).map(([name, each]) => `${name} ${printed(each)}`).join(", ");
}
