import { familiesOf, type Plan, type PlanNode } from "../dag/mod.ts";
import { checkpointPosition } from "../train/checkpoint_position.ts";

/** A training that was begun and stopped, and that the next call takes up where it was. */
export interface Interruption {
  readonly step: number;
  readonly steps: number;
  /** Absolute path of the checkpoint. */
  readonly checkpoint: string;
  /** Absolute path. */
  readonly log: string;
  /** `interrupted at step 64 of 256, goes on from there` */
  readonly text: string;
}

/** Where a node stands that is neither done nor at work; undefined if it has no checkpoint to go on from. */
export function interruptionOf(
  { store, engine }: Plan,
  { node, state }: PlanNode,
): Interruption | undefined {
  if (node.stage.name !== "train") return undefined;
  if (state !== "ready" && state !== "waiting" && state !== "failed") return undefined;
  const { preferred } = familiesOf(node, engine);
  const there = store.checkpointFamilies(node.recipe);
  const families = there.toSorted((a, b) => Number(b === preferred) - Number(a === preferred));
  for (const family of families) {
    const found = checkpointPosition(store.checkpoints(node.recipe, family));
    if (found === undefined) continue;
    const { steps } = node.params as { readonly steps: number };
    // One engine's state is no use to another.
    const condition = family === preferred ? "" : ` with --engine ${family}`;
    return {
      step: found.step,
      steps,
      checkpoint: found.path,
      log: store.log(node.recipe),
      text: `interrupted at step ${found.step} of ${steps}, goes on from there${condition}`,
    };
  }
  return undefined;
}
