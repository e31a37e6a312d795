import { UserError } from "../errors.ts";
import type { LabelledRequest, UnlabelledRequest } from "./count_request.ts";
import { type ClassCounts, classCounts } from "./counts.ts";
import { fixedSplitProblem } from "./fixed_split.ts";
import type { SourceFacts } from "./source_facts.ts";

/** The part of a setting that says how many images it needs. */
export interface CapacityRequest {
  readonly labelled: LabelledRequest;
  readonly unlabelled: UnlabelledRequest;
}

/**
 * Why a source cannot meet a request, or null if it can; no image is read. For an official set the answer is a mistake in the
 * config (see `checkCapacity`), for a sample of it the cell is impossible. Where the counts of the classes are not known
 * beforehand the split itself complains. Throws a UserError for a request that makes no sense.
 */
export function capacityProblem(facts: SourceFacts, request: CapacityRequest): string | null {
  const { labelled, unlabelled } = requestedCounts(request, facts);
  if (facts.fixed !== undefined) return fixedSplitProblem({ labelled, unlabelled }, facts.fixed);
  for (const [c, available] of (facts.trainCounts ?? []).entries()) {
    const first = labelled?.[c] ?? 0;
    const second = Array.isArray(unlabelled) ? unlabelled[c]! : 0;
    if (first + second <= available) continue;
    const name = facts.classNames[c];
    return `${facts.dataset} has ${available} training images of class ${c}${
      name === undefined ? "" : ` (${name})`
    }, ` +
      `but ${first} labelled and ${second} unlabelled ones (${
        first + second
      } in all) are asked for: lower the head counts`;
  }
  return null;
}

/** The counts that a request stands for; null where it asks for a share of every class, or for no unlabelled images. */
function requestedCounts({ labelled, unlabelled }: CapacityRequest, facts: SourceFacts): {
  readonly labelled: ClassCounts | null;
  readonly unlabelled: ClassCounts | "rest" | "all" | null;
} {
  const classes = facts.trainCounts?.length ?? facts.classNames.length;
  return {
    labelled: "fraction" in labelled ? null : classCounts(labelled, classes),
    unlabelled: unlabelled === null || typeof unlabelled === "string"
      ? unlabelled
      : classCounts(unlabelled, classes),
  };
}

/** Throws the problem as a UserError; `where` (file:line:column) is put in front. */
export function checkCapacity(facts: SourceFacts, request: CapacityRequest, { where }: {
  readonly where?: string;
} = {}): void {
  const at = (message: string) =>
    new UserError(where === undefined ? message : `${where} ${message}`);
  let problem: string | null;
  try {
    problem = capacityProblem(facts, request);
  } catch (error) {
    throw error instanceof UserError ? at(error.message) : error;
  }
  if (problem !== null) throw at(problem);
}
