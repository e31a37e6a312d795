import assert from "node:assert/strict";
import { join } from "node:path";
import { calibrate } from "../../stages/calibrate.ts";
import { evaluate } from "../../stages/evaluate.ts";
import {
  encodeEvaluation,
  encodeLogits,
  evaluateOutputs,
  evaluationFile,
  type EvaluationsMeta,
  logitsFile,
  readEvaluationsMeta,
  writeEvaluationsMeta,
} from "../../src/train/evaluations.ts";
import { filesBelow, runStage } from "./fake_context.ts";

const labels = new Int32Array([0, 1, 2, 1]);
const steps = [2, 4, 6];

/** A run of three evaluations, the first of which has no raw logits. */
async function writeRun(directory: string): Promise<EvaluationsMeta> {
  const meta: EvaluationsMeta = {
    format: 1,
    primary: "plain",
    outputs: [{ name: "plain", head: "base", rule: "none" }],
    classes: 3,
    test_count: 4,
    official_test_count: 40,
    fixed_split: true,
    class_counts: [6, 3, 1],
    engine: "wasm",
    steps,
  };
  await Deno.mkdir(join(directory, "evaluations"));
  await Deno.mkdir(join(directory, "logits"));
  await writeEvaluationsMeta(join(directory, "evaluations"), meta, { labels });
  for (const step of steps) {
    const logits = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i * step) * 2);
    const heads = { base: { logits, bias: new Float32Array([1, 0, -0.5]) } };
    const outputs = evaluateOutputs(heads, labels, meta);
    await Deno.writeFile(
      join(directory, "evaluations", evaluationFile(step)),
      encodeEvaluation({ step, outputs }),
    );
    if (step === 2) continue;
    await Deno.writeFile(
      join(directory, "logits", logitsFile(step)),
      encodeLogits(heads, { step }),
    );
  }
  return meta;
}

Deno.test("calibrate reproduces the run's own evaluations bit for bit under the default rule", async () => {
  const directory = await Deno.makeTempDir();
  await writeRun(directory);
  const inputs = {
    evaluations: join(directory, "evaluations"),
    logits: join(directory, "logits"),
  };
  const to = join(directory, "out");
  await runStage(calibrate, { directory: to, params: {}, inputs });
  assert.deepEqual(await filesBelow(join(to, "evaluations")), await filesBelow(inputs.evaluations));
  await Deno.remove(directory, { recursive: true });
});

Deno.test("calibrate keeps the evaluations that a new rule can be applied to", async () => {
  const directory = await Deno.makeTempDir();
  await writeRun(directory);
  const inputs = {
    evaluations: join(directory, "evaluations"),
    logits: join(directory, "logits"),
  };
  const to = join(directory, "out");
  await runStage(calibrate, { directory: to, params: { rule: "remove-bias" }, inputs });
  const { meta } = await readEvaluationsMeta(join(to, "evaluations"));
  assert.deepEqual(meta.steps, [4, 6]);
  assert.equal(meta.primary, "base-remove-bias");
  assert.deepEqual(meta.outputs.map(({ name }) => name), ["plain", "base-remove-bias"]);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("evaluate writes the picked numbers, each output and the curve", async () => {
  const directory = await Deno.makeTempDir();
  await writeRun(directory);
  const inputs = { evaluations: join(directory, "evaluations") };
  const read = async (params: unknown) => {
    await runStage(evaluate, { directory, params, inputs });
    return JSON.parse(await Deno.readTextFile(join(directory, "metrics", "metrics.json")));
  };
  const best = await read({});
  const top1 = best.curve.map(([, value]: [number, number]) => value);
  assert.equal(best.selected_step, steps[top1.indexOf(Math.max(...top1))]);
  assert.equal(best.outputs.plain.top1, Math.max(...top1));
  assert.equal(best.outputs.plain.recalls.length, 3);
  assert.deepEqual(
    [best.test_count, best.official_test_count, best.primary, best.engine, best.fixed_split],
    [4, 40, "plain", "wasm", true],
  );
  const mean = await read({ pick: "mean-last-20", output: "plain" });
  assert.equal(mean.outputs.plain.top1, (top1[0] + top1[1] + top1[2]) / 3);
  assert.equal(mean.selected_step, 6);
  await assert.rejects(read({ output: "other" }), /output of this run \(plain\), found "other"/);
  await Deno.remove(directory, { recursive: true });
});
