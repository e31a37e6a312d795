import * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Method } from "../../src/methods/method.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { assertClose } from "../golden.ts";
import { type Given, runRecorded } from "../run_recorded.ts";

const COUNTS = [6, 1];

function build(params: Record<string, unknown>, labelledCounts = COUNTS): Promise<Method> {
  const context = { classes: labelledCounts.length, labelledCounts };
  return createMethod("fixmatch+scssl", { params, context });
}

/** Logits [n,K] by a fixed rule. */
function logits(rows: number, { classes, phase }: { classes: number; phase: number }): number[] {
  return Array.from({ length: rows * classes }, (_, i) => 3 * Math.sin(1.7 * i + phase));
}

interface Batch {
  readonly rows: readonly number[];
  readonly classes?: number;
  readonly shift?: number;
  readonly controls?: Readonly<Record<string, readonly number[]>>;
  readonly falls?: readonly number[];
}

/** Values of the losses; `rows` is the order of the unlabelled rows. */
function losses(method: Method, batch: Batch): Record<string, Float64Array> {
  const { rows, classes = 2, shift = 0 } = batch;
  const given: Record<string, Given> = {
    labels: { shape: [4], data: [0, 0, 1, 0], dtype: "int32" },
  };
  ["base", ...method.heads].forEach((head, at) => {
    const pick = (phase: number) => {
      const all = logits(rows.length, { classes, phase });
      return rows.flatMap((row) => all.slice(row * classes, (row + 1) * classes))
        .map((value) => value + shift);
    };
    const shape = [rows.length, classes];
    given[`${head}.labelled`] = {
      shape: [4, classes],
      data: logits(4, { classes, phase: at }).map((value) => value + shift),
    };
    given[`${head}.weak`] = { shape, data: pick(at + 10) };
    given[`${head}.strong`] = { shape, data: pick(at + 20) };
    given[`${head}.bias`] = { shape: [classes], data: [0, 2] };
  });
  for (const [name, { initial }] of Object.entries(method.controls)) {
    given[`control.${name}`] = { shape: [classes], data: batch.controls?.[name] ?? initial };
  }
  for (const [name, { initial }] of Object.entries(method.state)) {
    given[`state.${name}`] = { shape: [classes], data: batch.falls ?? initial };
  }
  return runRecorded(given, (t) => {
    const heads = ["base", ...method.heads];
    const of = (kind: string) => (head: string) => [head, t[`${head}.${kind}`] as tf.Tensor2D];
    const { total, scalars, state } = method.losses({
      logits: Object.fromEntries(heads.map((head) => [head, {
        labelled: of("labelled")(head)[1] as tf.Tensor2D,
        weak: of("weak")(head)[1] as tf.Tensor2D,
        strong: of("strong")(head)[1] as tf.Tensor2D,
      }])),
      labels: t.labels as tf.Tensor1D,
      controls: Object.fromEntries(
        Object.keys(method.controls).map((name) => [name, t[`control.${name}`]!]),
      ),
      state: Object.fromEntries(
        Object.keys(method.state).map((name) => [name, t[`state.${name}`]!]),
      ),
      biases: Object.fromEntries(
        heads.map((head) => [head, t[`${head}.bias`] as tf.Tensor1D]),
      ),
    });
    return { total, ...scalars, ...state };
  });
}

Deno.test("scssl declares its heads, outputs and scalars", async () => {
  const method = await build({});
  strictEqual(method.id, "fixmatch+scssl");
  deepStrictEqual(method.heads, ["balanced", "expansive"]);
  deepStrictEqual(method.outputs.map(({ name }) => name), [
    "base",
    "balanced",
    "balanced-no-bias",
    "expansive",
  ]);
  strictEqual(method.primary, "balanced-no-bias");
  deepStrictEqual(Object.keys(method.state), []);
  const single = await build({ tau_e: null });
  deepStrictEqual(single.heads, ["balanced"]);
  deepStrictEqual(single.outputs.map(({ name }) => name), [
    "base",
    "balanced",
    "balanced-no-bias",
  ]);
});

Deno.test("scssl's total is eq. 11", async () => {
  const method = await build({ lambda_heads: 3 });
  const out = losses(method, { rows: [0, 1, 2, 3, 4, 5] });
  const value = (name: string) => out[name]![0]!;
  const expected = value("sup_loss") + value("unsup_loss") + value("balanced_sup_loss") +
    3 * value("balanced_unsup_loss") + value("expansive_sup_loss") +
    3 * value("expansive_unsup_loss");
  assertClose(out.total!, [expected], { tolerance: 1e-12, what: "total" });
  ok(value("balanced_unsup_loss") > 0);
});

Deno.test("scssl's losses do not depend on the order of the rows, nor on a shift of all logits", async () => {
  const method = await build({});
  const plain = losses(method, { rows: [0, 1, 2, 3, 4, 5] });
  const permuted = losses(method, { rows: [5, 3, 0, 1, 4, 2] });
  const shifted = losses(method, { rows: [0, 1, 2, 3, 4, 5], shift: -11 });
  for (const name of Object.keys(plain)) {
    assertClose(permuted[name]!, plain[name]!, { tolerance: 1e-12, what: name });
    assertClose(shifted[name]!, plain[name]!, { tolerance: 1e-12, what: name });
  }
});

Deno.test("scssl's consistency vanishes when no row is confident", async () => {
  const method = await build({ p_cutoff: 1 });
  const never = [2, 2];
  const out = losses(method, {
    rows: [0, 1, 2],
    controls: { threshold_balanced: never, threshold_expansive: never },
  });
  for (const name of ["unsup_loss", "balanced_unsup_loss", "expansive_unsup_loss"]) {
    strictEqual(out[name]![0], 0);
  }
  strictEqual(out.balanced_util_ratio![0], 0);
});

Deno.test("scssl weighs the unlabelled terms by the pseudo-label's class", async () => {
  const method = await build({});
  const rows = [0, 1, 2, 3, 4, 5];
  const controls = { threshold_balanced: [0, 0], threshold_expansive: [0, 0] };
  const both = losses(method, { rows, controls });
  const parts = [[1, 0], [0, 1]].map((class_weights) =>
    losses(method, { rows, controls: { ...controls, class_weights } }).balanced_unsup_loss![0]!
  );
  ok(parts.every((value) => value > 0));
  assertClose([parts[0]! + parts[1]!], both.balanced_unsup_loss!, {
    tolerance: 1e-12,
    what: "parts",
  });
});

Deno.test("scssl applies eq. 8 in the program when it is to be done at each step", async () => {
  const method = await build({ threshold_update: "step", alpha: 0.5 });
  deepStrictEqual(Object.keys(method.state), ["scssl_falls"]);
  const start = [1.5, 1.5];
  const controls = {
    threshold_balanced: start,
    threshold_expansive: start,
    floor_balanced: [0, 0],
    floor_expansive: [0.9, 1.5],
    moving: [1, 1],
  };
  const rows = [0, 1, 2, 3];
  const first = losses(method, { rows, controls });
  deepStrictEqual([...first.scssl_falls!], [0, 1]); // the biases are 0 and 2, ν is 1
  strictEqual(first.balanced_util_ratio![0], 0);
  const later = losses(method, { rows, controls, falls: [3, 3] });
  deepStrictEqual([...later.scssl_falls!], [3, 4]);
  strictEqual(later.balanced_util_ratio![0], 1);
  ok(later.expansive_util_ratio![0]! < 1); // the floor holds
});
