import assert from "node:assert/strict";
import { startsEpoch } from "../../src/methods/epoch.ts";
import { createMethod, methodParams } from "../../src/methods/registry.ts";
import { stepsPerEpoch, trainParams } from "../../src/train/train_params.ts";
import { stepInfo } from "../methods/step_info.ts";

Deno.test("trainParams fills in a method's defaults", () => {
  const params = trainParams.parse({
    method: "fixmatch",
    method_params: { p_cutoff: 0.9 },
    seed: 0,
  });
  assert.equal(params.steps, 262_144);
  assert.deepEqual(params.method_params, methodParams("fixmatch").parse({ p_cutoff: 0.9 }));
  assert.ok(Object.keys(params.method_params).length > 1);
});

Deno.test("trainParams refuses unknown methods and parameters, with their path", () => {
  const unknown = trainParams.safeParse({ method: "fixmach", seed: 0 });
  assert.match(unknown.error!.issues[0]!.message, /fixmatch\+scssl, found "fixmach"/);
  const extra = trainParams.safeParse({ method: "supervised", method_params: { c: 4 }, seed: 0 });
  assert.deepEqual(extra.error!.issues[0]!.path, ["method_params"]);
  const wrong = trainParams.safeParse({
    method: "fixmatch",
    method_params: { p_cutoff: "high" },
    seed: 0,
  });
  assert.deepEqual(wrong.error!.issues[0]!.path, ["method_params", "p_cutoff"]);
  assert.equal(trainParams.safeParse({ method: "supervised", seed: 0, stepz: 1 }).success, false);
});

Deno.test("stepsPerEpoch() is a 256th of the run, so that warm-ups scale with any number of steps", async () => {
  assert.deepEqual([256, 6144, 262_144].map(stepsPerEpoch), [1, 24, 1024]);
  for (const steps of [12, 256, 300, 1000, 6144]) {
    const epochSteps = stepsPerEpoch(steps);
    const { host } = await createMethod("fixmatch+darp", {
      params: {},
      context: { classes: 2, labelledCounts: [7, 1] },
    });
    const active = Array.from({ length: steps }, (_, step) => {
      const info = stepInfo(step, { steps, epochSteps, unlabelled: new Int32Array() });
      return host.stepInputs!(info).darp_active![0]!;
    });
    assert.equal(active.indexOf(1), Math.ceil((201 * steps) / 256), `${steps} steps`);
    const starts = active.filter((_, step) => startsEpoch({ step, epochSteps })).length;
    assert.equal(starts, Math.min(steps, 256), `${steps} steps`);
  }
});
