/** The shared batches of losses.safetensors as inputs of `runLosses`, and comparisons with its conventions. */
import { deepStrictEqual, ok } from "node:assert/strict";
import type { MethodContext } from "../../src/methods/method.ts";
import { assertClose, goldenJson, type GoldenTensor, goldenTensors } from "../golden.ts";
import type { LossRun } from "./loss_run.ts";

/** What losses.json says of every case. */
export interface LossFacts {
  readonly shared: {
    readonly K: number;
    readonly D: number;
    readonly counts: number[];
    readonly n_ulb: number;
    readonly p_cutoff: number;
    readonly lambda_u: number;
  };
  // deno-lint-ignore no-explicit-any -- JSON of many shapes; each test reads its own
  readonly [name: string]: any;
}

export interface GoldenLosses {
  readonly facts: LossFacts;
  readonly context: MethodContext;
  /** FixMatch's parameters in every case of USB and its forks. */
  readonly base: { readonly p_cutoff: number; readonly lambda_u: number };
  tensor(name: string): GoldenTensor;
  /** Logits, features and labels of the shared batch in{k}. */
  batch(k: number): LossRun;
  has(name: string): boolean;
  /** Names of the cases that the pattern matches as a whole; there must be one. */
  cases(pattern: RegExp): string[];
}

export async function goldenLosses(): Promise<GoldenLosses> {
  const tensors = await goldenTensors("losses.safetensors");
  const facts = await goldenJson<LossFacts>("losses.json");
  const tensor = (name: string) => {
    const found = tensors.get(name);
    ok(found, `the golden file has no ${name}`);
    return found;
  };
  const { K, D, counts, p_cutoff, lambda_u } = facts.shared;
  const rows = (kind: "logits" | "feat", k: number) => ({
    labelled: tensor(`in${k}.${kind}_lb`),
    weak: tensor(`in${k}.${kind}_w`),
    strong: tensor(`in${k}.${kind}_s`),
  });
  const unlabelledBatch = tensor("in0.logits_w").shape[0]!;
  return {
    facts,
    context: { classes: K, labelledCounts: counts, sizes: { features: D, unlabelledBatch } },
    base: { p_cutoff, lambda_u },
    tensor,
    batch: (k) => ({
      labels: tensor(`in${k}.y_lb`),
      logits: rows("logits", k),
      features: rows("feat", k),
    }),
    has: (name) => tensors.has(name),
    cases(pattern) {
      const names = Object.keys(facts).filter((name) => pattern.exec(name)?.[0] === name);
      ok(names.length > 0, `losses.json has no case like ${pattern}`);
      return names;
    },
  };
}

/** Compares gradients of the labelled and strong rows, [n, K + D]: logits, then features; weak ones must be zero. */
export function assertRowGradients(
  out: Readonly<Record<string, Float64Array>>,
  { tensor, facts }: GoldenLosses,
  prefix: string,
): void {
  const { K, D } = facts.shared;
  for (const [rows, key] of [["labelled", "grad_lb"], ["strong", "grad_s"]] as const) {
    const expected = tensor(`${prefix}.${key}`);
    const columns = expected.shape[1]!;
    const joined = Array.from(expected.data, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return column < K
        ? out[`grad.${rows}`]![row * K + column]!
        : out[`grad.features.${rows}`]![row * D + column - K]!;
    });
    assertClose(joined, expected.data, { tolerance: 1e-3, what: `${prefix} ${key}` });
  }
  ok(out["grad.weak"]!.every((value) => value === 0));
  ok(out["grad.features.weak"]!.every((value) => value === 0));
}

/** Compares scalars by name with facts of other names. */
export function assertScalars(
  out: Readonly<Record<string, Float64Array>>,
  facts: Readonly<Record<string, number>>,
  names: Readonly<Record<string, string>>,
): void {
  for (const [own, theirs] of Object.entries(names)) {
    assertClose(out[own]!, [facts[theirs]!], { tolerance: 1e-4, what: `${own} (${theirs})` });
  }
}

/** Exact comparison, for labels and masks. */
export function assertSame(actual: ArrayLike<number>, expected: GoldenTensor, what: string): void {
  deepStrictEqual(Array.from(actual), Array.from(expected.data), what);
}
