import { look } from "../../stages/look.ts";
import type { InputRef, NodeSpec } from "../dag/mod.ts";
import type { CellNodes } from "./graph.ts";

/** The node that shows the split of a cell's first run that is asked for; undefined where there is none. */
export function lookNode({ cell, runs }: CellNodes): NodeSpec | undefined {
  const index = runs.findIndex(({ selected }) => selected);
  const run = runs[index];
  const params = cell.runs.find(({ seed }) => seed === run?.seed)?.params;
  if (!run || !params) return undefined;
  const { images, labelled, unlabelled } = run.train.inputs as Readonly<Record<string, InputRef>>;
  if (!images || !labelled) throw new Error("internal: a training without images");
  return {
    stage: look,
    params: { weak: params.weak, strong: params.strong, seed: run.seed },
    inputs: { images, labelled, ...(unlabelled ? { unlabelled } : {}) },
    label: `look at ${cell.setting} seed ${run.seed}`,
    cells: [],
  };
}
