import type { Capabilities } from "./capabilities.ts";
import type { SweepRunParams } from "./run_params.ts";
import type { Setting } from "./setting.ts";

/** Something that a cell needs and this version does not have. */
export interface Missing {
  readonly what:
    | "method"
    | "dataset"
    | "shape"
    | "net"
    | "strong"
    | "precision";
  readonly name: string;
}

export type Availability =
  | { readonly kind: "ok" }
  | { readonly kind: "quoted"; readonly reason: string }
  | { readonly kind: "missing"; readonly missing: readonly Missing[]; readonly reason: string };

const words: Readonly<Record<Missing["what"], string>> = {
  method: "method",
  dataset: "data set",
  shape: "shape of the unlabelled data",
  net: "net",
  strong: "strong view",
  precision: "precision",
};

/** What of a cell's needs does not exist in this version; the reason names all of it. */
export function availabilityOf(
  needs: { readonly method: string; readonly split: Setting; readonly run: SweepRunParams },
  capabilities: Capabilities,
): Availability {
  const { method, split, run } = needs;
  const { shapes, precisions = ["f32"] } = capabilities;
  const checks: readonly (Missing & { readonly there: boolean })[] = [
    { what: "method", name: method, there: Object.hasOwn(capabilities.methods, method) },
    { what: "dataset", name: split.dataset, there: capabilities.datasets(split.dataset) },
    {
      what: "shape",
      name: split.unlabelled.shape,
      there: shapes?.includes(split.unlabelled.shape) ?? true,
    },
    { what: "net", name: run.net, there: capabilities.nets(run.net) },
    { what: "strong", name: run.strong, there: capabilities.strong.includes(run.strong) },
    { what: "precision", name: run.precision, there: precisions.includes(run.precision) },
  ];
  const missing = checks.filter(({ there }) => !there).map(({ what, name }) => ({ what, name }));
  if (missing.length === 0) return { kind: "ok" };
  const list = missing.map(({ what, name }) => `${words[what]} "${name}"`).join(", ");
  return { kind: "missing", missing, reason: `not in this version: ${list}` };
}
