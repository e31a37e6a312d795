import type { Stage } from "./stage.ts";

/**
 * Declares a stage; only there to infer `P` from the schema. In a file of its own because what a stage imports is in its key:
 * the types of `stage.ts` are not, so that a new member of the context reruns nothing.
 */
export function defineStage<P>(stage: Stage<P>): Stage<P> {
  return stage;
}
