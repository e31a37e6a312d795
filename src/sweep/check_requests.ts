import { errorAt, positionAt } from "../config/located.ts";
import type { Expanded, Setting, Sweep } from "../config/mod.ts";
import { capacityProblem } from "../data/capacity.ts";
import type { SourceFacts } from "../data/source_facts.ts";
import { UserError } from "../errors.ts";
import { countRequests } from "./graph.ts";
import type { Source } from "./sources.ts";

/**
 * Checks that every data set has as many images as the selected runs ask for.
 *
 * @throws {UserError} at the setting in the sweep file. A folder that fixes its own split is no mistake of the file: there the
 * cell is impossible and the table says why.
 */
export function checkRequests({ sweep, expanded, sources }: {
  readonly sweep: Sweep;
  readonly expanded: Expanded;
  readonly sources: ReadonlyMap<string, Source>;
}): void {
  const seen = new Set<string>();
  for (const cell of expanded.tables.flatMap((table) => table.cells)) {
    if (cell.availability.kind !== "ok" || seen.has(cell.setting)) continue;
    seen.add(cell.setting);
    const source = sources.get(cell.split.dataset);
    if (!source || "missing" in source || source.found.facts.fixed !== undefined) continue;
    const problem = problemOf(source.found.facts, cell.split);
    if (problem === null) continue;
    const at = positionAt(sweep.tree, ["settings", cell.setting, "labelled"]);
    throw errorAt(at, `Setting "${cell.setting}": ${problem}`);
  }
}

/** Counts that make no sense (a class without an image) are a problem like too many images. */
function problemOf(facts: SourceFacts, setting: Setting): string | null {
  try {
    return capacityProblem(facts, countRequests(setting));
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
