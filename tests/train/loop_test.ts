import assert from "node:assert/strict";
import { join } from "node:path";
import { methodIds } from "../../src/methods/registry.ts";
import { loadNet } from "../../src/nets/registry.ts";
import type { EvaluationsMeta } from "../../src/train/evaluations.ts";
import { decodeSafetensors } from "../../src/train/safetensors.ts";
import type { CountingEngine } from "./counting_engine.ts";
import { data, parameters, runIn, STEPS, tinyParameters } from "./tiny_run.ts";

const runs: [string, Record<string, unknown>][] = [
  ...methodIds().map((id): [string, Record<string, unknown>] => [id, {}]),
  ["fixmatch+daso", { similarity: "previous" }],
  ["fixmatch+scssl", { after_estimation: "restart" }],
];

/** Interrupted after every step; the others once. */
const EVERYWHERE = ["supervised", "fixmatch", "fixmatch+scssl"];

for (const [method, changes] of runs) {
  const name = [method, ...Object.values(changes)].join(" ");
  Deno.test(`train() interrupted anywhere equals an uninterrupted run: ${name}`, async () => {
    const root = await Deno.makeTempDir();
    const params = tinyParameters(method, changes);
    const whole = await runIn(join(root, "whole"), { params });
    assert.ok("evaluations/metrics.jsonl" in whole.files);
    for (const abortAt of EVERYWHERE.includes(method) ? [1, 2, 3, 4, 5] : [3]) {
      const directory = join(root, String(abortAt));
      await assert.rejects(runIn(directory, { params, abortAt }), /interrupted by the test/);
      const { files, lines } = await runIn(directory, { params });
      assert.match(lines[0]!, /^Resuming at step/);
      assert.deepEqual(Object.keys(files).sort(), Object.keys(whole.files).sort());
      for (const [path, bytes] of Object.entries(files)) {
        assert.deepEqual(bytes, whole.files[path], `${path} after stopping at ${abortAt}`);
      }
    }
    await Deno.remove(root, { recursive: true });
  });
}

Deno.test("train() adds what the last generation picks to the labelled images", async () => {
  const root = await Deno.makeTempDir();
  const params = tinyParameters("fixmatch+la+crest");
  const first = await runIn(join(root, "first"), { params });
  const previous = join(root, "first/out/checkpoints");
  const second = await runIn(join(root, "second"), { params, previous });
  const meta = ({ files }: typeof first): EvaluationsMeta =>
    JSON.parse(new TextDecoder().decode(files["evaluations/meta.json"]));
  assert.deepEqual(meta(first).class_counts, data.labelled_counts);
  assert.equal(meta(first).prior_counts, undefined);
  // Groups of classes stay those of the split, whatever is picked.
  assert.deepEqual(meta(second).class_counts, data.labelled_counts);
  const picked = meta(second).prior_counts!.map((count, k) => count - data.labelled_counts[k]!);
  assert.ok(picked.every((count) => count >= 0));
  const sum = picked.reduce((total, count) => total + count, 0);
  // With such an α all are picked of each class but one where the share rounds down.
  assert.ok(sum > 0 && sum <= data.unlabelled_count, String(picked));
  const directory = join(root, "interrupted");
  await assert.rejects(runIn(directory, { params, previous, abortAt: 3 }), /interrupted/);
  assert.deepEqual((await runIn(directory, { params, previous })).files, second.files);
  await Deno.remove(root, { recursive: true });
});

Deno.test("train() goes on from the last checkpoint after a crash, with what came later undone", async () => {
  const root = await Deno.makeTempDir();
  const params = parameters("supervised");
  const whole = await runIn(join(root, "whole"), { params });
  let steps = 0;
  const onRun: CountingEngine["onRun"] = (inputs) => {
    if ("learning_rate" in inputs && ++steps === STEPS) throw new Error("killed by the test");
  };
  const directory = join(root, "crashed");
  await assert.rejects(runIn(directory, { params, onRun }), /killed by the test/);
  const { files, lines } = await runIn(directory, { params });
  assert.deepEqual(lines, [`Resuming at step 4 of ${STEPS}`]);
  assert.deepEqual(files, whole.files);
  await Deno.remove(root, { recursive: true });
});

Deno.test("train() uses a checkpoint written under another checkpoint_every", async () => {
  const root = await Deno.makeTempDir();
  const params = parameters("supervised");
  await assert.rejects(runIn(root, { params, abortAt: 3 }), /interrupted by the test/);
  const { lines } = await runIn(root, { params: { ...params, checkpoint_every: 1 } });
  assert.deepEqual(lines, [`Resuming at step 3 of ${STEPS}`]);
  await Deno.remove(root, { recursive: true });
});

Deno.test("train() stops at a loss that is not finite with step and norms, and keeps the last good checkpoint", async () => {
  const root = await Deno.makeTempDir();
  const params = { ...parameters("supervised"), learning_rate: 1e30, checkpoint_every: 1 };
  await assert.rejects(
    runIn(root, { params }),
    /The loss is not finite at step \d of 6.*Norms after step \d: param .*Not finite: /,
  );
  const kept = [...Deno.readDirSync(join(root, "kept"))]
    .filter(({ name }) => name.startsWith("checkpoint_"));
  for (const { name } of kept) {
    const { tensors } = decodeSafetensors(await Deno.readFile(join(root, "kept", name)), name);
    assert.ok(tensors.has("param.conv1.weight"));
  }
  await Deno.remove(root, { recursive: true });
});

Deno.test("train() writes PyTorch's names and layouts", async () => {
  const root = await Deno.makeTempDir();
  const { files } = await runIn(root, { params: parameters("supervised") });
  const best = decodeSafetensors(files["checkpoints/best.safetensors"]!);
  const last = decodeSafetensors(files["checkpoints/last.safetensors"]!);
  assert.deepEqual(last.tensors.get("param.conv1.weight")!.shape, [16, 3, 3, 3]);
  assert.deepEqual(last.tensors.get("ema.classifier.weight")!.shape, [3, 64]);
  // A state dict of the net as it was evaluated: what PyTorch's load_state_dict takes.
  const { parameters: own, buffers } = await loadNet("wrn-10-1", { classes: 3, channels: 3 });
  assert.deepEqual(
    [...best.tensors.keys()],
    [...own, ...buffers].map(({ name }) => name).sort(),
  );
  await Deno.remove(root, { recursive: true });
});

const wrapped: readonly [method: string, heads: Readonly<Record<string, string>>][] = [
  ["fixmatch+abc", { abc: "aux_classifier" }],
  ["fixmatch+acr", { acr: "aux_classifier" }],
  ["fixmatch+cpe", { cpe2: "classifier2", cpe3: "classifier3" }],
];

for (const [method, heads] of wrapped) {
  Deno.test(`train() writes the names of the module that USB or CPE loads: ${method}`, async () => {
    const root = await Deno.makeTempDir();
    const { files } = await runIn(root, { params: parameters(method) });
    const best = decodeSafetensors(files["checkpoints/best.safetensors"]!);
    const last = decodeSafetensors(files["checkpoints/last.safetensors"]!);
    const theirs = [...last.tensors.keys()].flatMap((full) => {
      const [, name] = /^(?:ema|buffer)\.(.*)$/.exec(full) ?? [];
      if (name === undefined) return [];
      const [head, part] = name.split(".");
      return [head! in heads ? `${heads[head!]}.${part}` : `backbone.${name}`];
    });
    assert.ok(theirs.includes("backbone.classifier.weight"));
    assert.deepEqual([...best.tensors.keys()], theirs.sort());
    await Deno.remove(root, { recursive: true });
  });
}
