import assert from "node:assert/strict";
import { join } from "node:path";
import { calibrate } from "../../stages/calibrate.ts";
import { evaluate } from "../../stages/evaluate.ts";
import { prepare } from "../../stages/prepare.ts";
import { split } from "../../stages/split.ts";
import { train } from "../../stages/train.ts";
import { filesBelow, runStage } from "./fake_context.ts";

const STEPS = 12;

/** Prepared synthetic images and a split of them, below `root`; returns the inputs of training. */
async function prepareData(root: string): Promise<Record<string, string>> {
  await runStage(prepare, {
    directory: join(root, "prepare"),
    params: {
      dataset: "synthetic",
      source: { kind: "synthetic", digest: "none" },
      synthetic: { classes: 3, size: 8, train_per_class: 30, test_per_class: 5 },
    },
  });
  await runStage(split, {
    directory: join(root, "split"),
    params: {
      labelled: { shape: "consistent", head: 8, ratio: 4 },
      unlabelled: { shape: "consistent", head: 20, ratio: 4 },
      seed: 0,
    },
    inputs: { train: join(root, "prepare", "train") },
  });
  return {
    images: join(root, "prepare", "train"),
    test: join(root, "prepare", "test"),
    labelled: join(root, "split", "labelled"),
    unlabelled: join(root, "split", "unlabelled"),
  };
}

for (const method of ["supervised", "fixmatch", "fixmatch+scssl"]) {
  Deno.test(`train runs on the wasm engine, stopped and resumed to the same bytes: ${method}`, async () => {
    const root = await Deno.makeTempDir();
    const inputs = await prepareData(root);
    const params = {
      method,
      seed: 1,
      steps: STEPS,
      net: "wrn-10-1",
      batch: 4,
      bn_momentum: 0.1,
      evaluate_every: 4,
      checkpoint_every: 5,
      strong: "simple",
    };
    const whole = join(root, "whole");
    const recorded: Record<string, string> = {};
    const onRecord = (name: string, value: string) => recorded[name] = value;
    await runStage(train, { directory: whole, params, inputs, onRecord });
    assert.equal(recorded["engine"], "wasm");
    assert.match(recorded["engine_digest"]!, /^[0-9a-f]{64}$/);
    for (const stopAt of [4, 7]) {
      const directory = join(root, `stopped-${stopAt}`);
      const abort = new AbortController();
      const stopped = runStage(train, {
        directory,
        params,
        inputs,
        signal: abort.signal,
        onProgress: ({ done }) => done === stopAt && abort.abort(new Error("stopped")),
      });
      await assert.rejects(stopped, /stopped/);
      const lines = await runStage(train, { directory, params, inputs });
      assert.deepEqual(lines, [`Resuming at step ${stopAt} of ${STEPS}`]);
      for (const output of train.outputs) {
        assert.deepEqual(
          await filesBelow(join(directory, output)),
          await filesBelow(join(whole, output)),
          `${output} after stopping at ${stopAt}`,
        );
      }
    }
    await runStage(calibrate, {
      directory: join(root, "calibrate"),
      params: {},
      inputs: { evaluations: join(whole, "evaluations"), logits: join(whole, "logits") },
    });
    const evaluations = join(root, "calibrate", "evaluations");
    await runStage(evaluate, { directory: root, params: {}, inputs: { evaluations } });
    const metrics = JSON.parse(await Deno.readTextFile(join(root, "metrics", "metrics.json")));
    assert.equal(metrics.engine, "wasm");
    assert.deepEqual(metrics.curve.map(([step]: [number]) => step), [4, 8, 12]);
    await Deno.remove(root, { recursive: true });
  });
}
