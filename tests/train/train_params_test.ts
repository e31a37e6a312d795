import assert from "node:assert/strict";
import { methodParams } from "../../src/methods/registry.ts";
import { stepsPerEpoch, trainParams } from "../../src/train/train_params.ts";

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

Deno.test("stepsPerEpoch() is a 256th of the run, at least one step", () => {
  assert.deepEqual([1, 12, 256, 300, 6144, 262_144].map(stepsPerEpoch), [1, 1, 1, 2, 24, 1024]);
});
