import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { assertClose, goldenTest } from "../golden.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { calibrate } from "../../src/train/calibration.ts";
import { assertSame, type GoldenLosses, goldenLosses } from "./golden_losses.ts";
import { runLossesOn, type Values } from "./loss_run.ts";
import { goldenEngineTest } from "./engines.ts";
import { stepInfo } from "./step_info.ts";

/** Rows of both, one after the other. */
function stacked(first: Values, second: Values): Values {
  return {
    shape: [first.shape[0]! + second.shape[0]!, ...first.shape.slice(1)],
    data: [...Array.from(first.data), ...Array.from(second.data)],
  };
}

/** Cases by name, each with its epoch and cutoff. */
function variants(golden: GoldenLosses): { name: string; epoch: number; cutoff: number }[] {
  const pattern = /cdmad\.epoch(\d+)\.tau([\d.]+)/;
  return golden.cases(pattern).map((name) => {
    const [, epoch, cutoff] = pattern.exec(name)!;
    return { name, epoch: Number(epoch), cutoff: Number(cutoff) };
  });
}

goldenEngineTest("cdmad golden: losses, mask and gradients", async (engine) => {
  const golden = await goldenLosses();
  const { tensor, facts, context } = golden;
  const batch = golden.batch(facts.cdmad.in_batch);
  const { labelled, weak, strong } = batch.logits;
  for (const { name, epoch, cutoff } of variants(golden)) {
    const { Lx, Lu } = facts[name];
    const method = await createMethod("fixmatch+cdmad", {
      params: { cdmad_cutoff: cutoff, debias_from_epoch: facts.cdmad.debias_start + 1 },
      context,
    });
    const out = await runLossesOn(engine, method, {
      labels: batch.labels,
      // Both strong views as one batch with twice the weak rows: the same mean.
      logits: {
        labelled,
        weak: stacked(weak, weak),
        strong: stacked(strong, tensor("cdmad.logits_s1")),
      },
      blank: { shape: [context.classes], data: tensor("cdmad.z0").data },
      step: method.host.stepInputs!(stepInfo(epoch)),
    });
    assertClose(out.sup_loss!, [Lx], { tolerance: 1e-4, what: `${name} Lx` });
    assertClose(out.unsup_loss!, [Lu], { tolerance: 1e-4, what: `${name} Lu` });
    assertSame(out["targets.mask"]!, tensor(`${name}.mask`), `${name} mask`);
    const q = tensor(`${name}.q`);
    const both = (of: Values) => stacked(of, of).data;
    assertClose(out["targets.probabilities"]!, both(q), { tolerance: 1e-4, what: `${name} q` });
    const grad = (of: string) => tensor(`${name}.grad_${of}`);
    assertClose(out["grad.labelled"]!, grad("lb").data, { tolerance: 1e-3, what: "labelled" });
    const views = stacked(grad("s0"), grad("s1")).data;
    assertClose(out["grad.strong"]!, views, { tolerance: 1e-3, what: `${name} strong` });
  }
});

goldenTest("cdmad golden: prediction", async () => {
  const golden = await goldenLosses();
  const { labelled } = golden.batch(golden.facts.cdmad.in_batch).logits;
  const z0 = golden.tensor("cdmad.z0").data;
  const debiased = calibrate("blank-image", Float32Array.from(labelled.data), { blank: z0 });
  const classes = z0.length;
  const predicted = Array.from({ length: debiased.length / classes }, (_, i) => {
    const row = [...debiased.subarray(i * classes, (i + 1) * classes)];
    return row.indexOf(Math.max(...row));
  });
  deepStrictEqual(predicted, golden.facts.cdmad.prediction);
});

Deno.test("cdmad with abc predicts by the debiased head of abc", async () => {
  const context = { classes: 2, labelledCounts: [2, 1] };
  const method = await createMethod("fixmatch+cdmad+abc", { params: {}, context });
  strictEqual(method.primary, "abc-blank-image");
  deepStrictEqual(method.outputs.at(-1), {
    name: "abc-blank-image",
    head: "abc",
    rule: "blank-image",
  });
});
