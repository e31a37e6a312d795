import { UserError } from "../errors.ts";
import type { CountRequest } from "./count_request.ts";
import { classCounts } from "./counts.ts";
import { fixedSplitProblem } from "./fixed_split.ts";
import type { SourceFacts } from "./source_facts.ts";

/** The part of a setting that says how many images it needs. */
export interface CapacityRequest {
  readonly labelled: CountRequest;
  readonly unlabelled: CountRequest | "rest" | null;
}

/**
 * Why a source cannot meet a request, or null if it can; no image is read. For an official set the answer is a mistake in the
 * config (see `checkCapacity`), for a sample of it the cell is impossible. Throws a UserError for a request that makes no sense.
 */
export function capacityProblem(facts: SourceFacts, request: CapacityRequest): string | null {
  const classes = facts.trainCounts.length;
  const labelled = classCounts(request.labelled, classes);
  const unlabelled = request.unlabelled === null || request.unlabelled === "rest"
    ? request.unlabelled
    : classCounts(request.unlabelled, classes);
  if (facts.fixed !== undefined) return fixedSplitProblem({ labelled, unlabelled }, facts.fixed);
  for (const [c, available] of facts.trainCounts.entries()) {
    const first = labelled[c]!;
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
