import type { Cell } from "../config/mod.ts";
import type { Scalar } from "../config/located.ts";
import { formatNamespace, type UsbRun } from "../config/usb/mod.ts";
import { classCounts, totalCount } from "../data/counts.ts";
import { type CellNodes, countRequests, type RunNodes } from "../sweep/graph.ts";
import type { Flags } from "./flags.ts";

/** USB's lines before the first step, as far as they are true here. */
export function headOf(run: UsbRun, { flags, cell: { cell, runs } }: {
  readonly flags: Flags;
  readonly cell: CellNodes;
}): string[] {
  const parts = ["train_lb", ...(cell.method === "supervised" ? [] : ["train_ulb"]), "eval"];
  return [
    `Use GPU: ${flags.device ?? "None"} for training`,
    ...numbersOf(run, cell),
    "Create train and test data loaders",
    `[!] data loader keys: dict_keys([${parts.map((name) => `'${name}'`).join(", ")}])`,
    "Create optimizer and scheduler",
    `Arguments: ${formatNamespace(argumentsOf(run, { flags, cell, steps: stepsOf(runs[0]!) }))}`,
    "Model training",
  ];
}

/** Steps of one training: with generations that is not the whole run. */
function stepsOf({ train }: RunNodes): number {
  return (train.params as { readonly steps: number }).steps;
}

/** How many images there are, where the setting says it. */
function numbersOf({ data: { classes } }: UsbRun, { split }: Cell): string[] {
  const { labelled, unlabelled } = countRequests(split);
  if ("fraction" in labelled || unlabelled === "all") return [];
  const ours = totalCount(classCounts(labelled, classes));
  const others = totalCount(classCounts(unlabelled, classes)) +
    (split.unlabelled.with_labelled ? ours : 0);
  return [`unlabeled data number: ${others}, labeled data number ${ours}`];
}

/** USB's list of arguments; under a small profile with what that changes, and its name. */
function argumentsOf({ arguments: values }: UsbRun, { flags: { profile }, cell, steps }: {
  readonly flags: Flags;
  readonly cell: Cell;
  readonly steps: number;
}): Readonly<Record<string, Scalar>> {
  if (profile === "paper") return values;
  const { params: { evaluate_every, batch, unlabelled_ratio, ema, net } } = cell.runs[0]!;
  const all = {
    ...values,
    dataset: cell.split.dataset,
    num_train_iter: steps,
    num_eval_iter: evaluate_every,
    batch_size: batch,
    uratio: unlabelled_ratio,
    ema_m: ema,
    net: net.replaceAll("-", "_"),
    profile,
  };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => a < b ? -1 : 1));
}
