import { resolve } from "node:path";
import type { Capabilities } from "./capabilities.ts";
import { checkCapable } from "./check_capable.ts";
import { checkNames } from "./check_names.ts";
import { type Complaint, complaintsError } from "./complaint.ts";
import { readChain } from "./extends_chain.ts";
import { validate } from "./issue_message.ts";
import { type LocatedMap, nodeAt, toPlain } from "./located.ts";
import { mergeFiles } from "./merge.ts";
import { resolveTables } from "./resolve_tables.ts";
import { displayPath } from "./source.ts";
import type { Sweep, SweepView } from "./sweep.ts";
import { sweepSchema } from "./sweep_schema.ts";

/**
 * Reads a sweep file and what it extends.
 * @param file absolute, or relative to `cwd`
 * @param options.capabilities lets one error name what `expandSweep` would refuse as well
 * @throws UserError with a `file:line:column` line for each thing that is wrong
 */
export function loadSweep(
  file: string,
  { cwd = Deno.cwd(), capabilities }: {
    readonly cwd?: string;
    readonly capabilities?: Capabilities;
  } = {},
): Sweep {
  const layers = readChain(file, { cwd });
  const whole = view(layers, capabilities);
  const first = layers.findIndex((layer) => nodeAt(layer, ["profiles", "paper"]) !== undefined);
  const reference = first < 0
    ? null
    : first === layers.length - 1
    ? whole
    : view(layers.slice(0, first + 1));
  const path = resolve(cwd, file);
  return { file: path, name: displayPath(path, cwd), reference, ...whole };
}

/**
 * A sweep that is made rather than read, from values that know their place.
 * @param options.file absolute: paths in the sweep are relative to its folder
 * @throws UserError with a `file:line:column` line for each thing that is wrong
 */
export function sweepOf(
  tree: LocatedMap,
  { file, name }: { readonly file: string; readonly name: string },
): Sweep {
  return { file, name, reference: null, ...view([tree]) };
}

function view(layers: readonly LocatedMap[], capabilities?: Capabilities): SweepView {
  const tree = layers.reduce((below, layer) => mergeFiles(below, layer));
  const data = validate(sweepSchema, tree, toPlain(tree));
  const complaints: Complaint[] = [];
  const tables = resolveTables(data, { tree, complaints });
  checkNames({ data, tree, tables, complaints });
  if (capabilities) checkCapable({ data, tree, tables, capabilities, complaints });
  if (complaints.length > 0) throw complaintsError(complaints);
  return { data, tree, tables };
}
