import { errorAt, positionAt } from "../config/located.ts";
import type { Expanded, Setting, Sweep } from "../config/mod.ts";
import { capacityProblem } from "../data/capacity.ts";
import type { SourceFacts } from "../data/source_facts.ts";
import { UserError } from "../errors.ts";
import { countRequests } from "./graph.ts";
import type { Source } from "./sources.ts";

/**
 * Checks that every data set has as many images as the selected runs ask for, and that every request makes sense.
 *
 * @throws {UserError} at the setting in the sweep file. A folder that fixes its own split is no mistake of the file: there the
 * cell is impossible and the table says why.
 */
export function checkRequests({ sweep, expanded, sources }: {
  readonly sweep: Sweep;
  readonly expanded: Expanded;
  readonly sources: ReadonlyMap<string, Source>;
}): void {
  const cells = expanded.tables.flatMap((table) => table.cells)
    .filter(({ availability }) => availability.kind === "ok");
  const asked = new Set(
    cells.filter(({ runs }) => runs.some(({ selected }) => selected)).map(({ setting }) => setting),
  );
  const seen = new Set<string>();
  for (const { setting, split } of cells) {
    if (seen.has(setting)) continue;
    seen.add(setting);
    const source = sources.get(split.dataset);
    if (!source || "missing" in source || source.found.facts.fixed !== undefined) continue;
    const problem = problemOf(source.found.facts, split);
    if (problem === null || (problem.kind === "too many" && !asked.has(setting))) continue;
    const at = positionAt(sweep.tree, ["settings", setting, "labelled"]);
    throw errorAt(at, `Setting "${setting}": ${problem.text}`);
  }
}

/** What is wrong with a request: more images than there are, or counts that make no sense (a class without an image). */
function problemOf(
  facts: SourceFacts,
  setting: Setting,
): { readonly kind: "too many" | "no sense"; readonly text: string } | null {
  try {
    const text = capacityProblem(facts, countRequests(setting));
    return text === null ? null : { kind: "too many", text };
  } catch (error) {
    if (error instanceof UserError) return { kind: "no sense", text: error.message };
    throw error;
  }
}
