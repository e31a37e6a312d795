import assert from "node:assert/strict";
import { join } from "node:path";
import { train } from "../../src/train/loop.ts";
import type { RunData } from "../../src/train/run_data.ts";
import { decodeSafetensors } from "../../src/train/safetensors.ts";
import { trainParams } from "../../src/train/train_params.ts";
import { filesBelow } from "../stages/fake_context.ts";
import { CountingEngine } from "./counting_engine.ts";

const STEPS = 6;

/** Images of a uniform brightness that tells the class, with some noise. */
function imageSet(count: number, first: number) {
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  const images = Uint8Array.from({ length: count * 8 * 8 * 3 }, (_, i) => {
    const image = Math.floor(i / 192);
    return 40 + 80 * labels[image]! + ((i * 7919 + (first + image) * 104729) % 37);
  });
  return { count, images, labels };
}

const data: RunData = {
  height: 8,
  width: 8,
  channels: 3,
  classes: 3,
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
  fixed_split: false,
  train: imageSet(15, 0),
  labelled_count: 6,
  unlabelled_count: 9,
  labelled_counts: [3, 2, 1],
  unlabelled_counts: [3, 3, 3],
  test: imageSet(7, 100),
  official_test_count: 7,
};

function parameters(method: string, method_params: Record<string, unknown> = {}) {
  return trainParams.parse({
    method,
    method_params,
    seed: 3,
    steps: STEPS,
    net: "wrn-10-1",
    batch: 2,
    unlabelled_ratio: 1,
    ema: 0.5,
    bn_momentum: 0.1,
    evaluate_every: 2,
    checkpoint_every: 4,
    strong: "simple",
  });
}

/** Runs training in a directory, fresh outputs, kept checkpoints; `abortAt` fires the signal when that step was reported. */
async function runIn(directory: string, options: {
  readonly params: ReturnType<typeof parameters>;
  readonly onRun?: CountingEngine["onRun"];
  readonly abortAt?: number;
  readonly previous?: string;
}) {
  const abort = new AbortController();
  const out = (name: string) => join(directory, "out", name);
  await Deno.remove(join(directory, "out"), { recursive: true }).catch(() => {});
  for (const name of ["evaluations", "logits", "checkpoints"]) {
    await Deno.mkdir(out(name), { recursive: true });
  }
  await Deno.mkdir(join(directory, "kept"), { recursive: true });
  const lines: string[] = [];
  const engine = await CountingEngine.open();
  if (options.onRun) engine.onRun = options.onRun;
  await train({
    engine,
    params: options.params,
    data,
    ...(options.previous === undefined ? {} : { previous: options.previous }),
    checkpoints: join(directory, "kept"),
    outputs: {
      evaluations: out("evaluations"),
      logits: out("logits"),
      checkpoints: out("checkpoints"),
    },
    signal: abort.signal,
    progress: ({ done }) => {
      if (done === options.abortAt) abort.abort(new Error("interrupted by the test"));
    },
    log: (line) => lines.push(line),
  }).finally(() => {
    if (!options.onRun) assert.equal(engine.alive, 0, "every tensor was freed");
    engine.close();
  });
  return { files: await filesBelow(join(directory, "out")), lines };
}

const runs: [string, Record<string, unknown>][] = [
  ["supervised", {}],
  ["fixmatch", { p_cutoff: 0.4 }],
  ["fixmatch+scssl", { p_cutoff: 0.4, estimation_epochs: 2 }],
  ["fixmatch+scssl", { p_cutoff: 0.4, estimation_epochs: 2, after_estimation: "restart" }],
];

/** The other methods, past their warm-ups (an epoch is one step here), interrupted in the middle of their own state. */
const others: [string, Record<string, unknown>][] = [
  ["fixmatch+la+darp", { p_cutoff: 0.4, warm_up_epochs: 1, refine_every: 2 }],
  ["fixmatch+cdmad", { debias_from_epoch: 2 }],
  ["fixmatch+cdmad+abc", { p_cutoff: 0.4, debias_from_epoch: 2 }],
  ["fixmatch+cdmad+daso", { debias_from_epoch: 2, pretrain_epochs: 2, queue_length: 3 }],
  ["fixmatch+daso", { p_cutoff: 0.4, pretrain_epochs: 2, similarity: "previous" }],
  ["fixmatch+acr", { p_cutoff: 0.4, estimation_epochs: 1 }],
  ["fixmatch+cpe", { p_cutoff: 0.4 }],
  ["fixmatch+simpro", { simpro_cutoff: 0.4 }],
  ["fixmatch+adello", { p_cutoff: 0.4, distill_from_epoch: 2 }],
];

for (const [method, methodParams] of [...runs, ...others]) {
  const name = `${method} ${JSON.stringify(methodParams)}`;
  Deno.test(`train() interrupted anywhere equals an uninterrupted run: ${name}`, async () => {
    const root = await Deno.makeTempDir();
    const params = parameters(method, methodParams);
    const whole = await runIn(join(root, "whole"), { params });
    assert.ok("evaluations/metrics.jsonl" in whole.files);
    for (const abortAt of runs.some(([id]) => id === method) ? [1, 2, 3, 4, 5] : [3]) {
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
  const params = parameters("fixmatch+la+crest", { p_cutoff: 0.4, crest_alpha: 1e6 });
  const first = await runIn(join(root, "first"), { params });
  const previous = join(root, "first/out/checkpoints");
  const second = await runIn(join(root, "second"), { params, previous });
  const counts = ({ files }: typeof first): number[] =>
    JSON.parse(new TextDecoder().decode(files["evaluations/meta.json"])).class_counts;
  assert.deepEqual(counts(first), data.labelled_counts);
  const picked = counts(second).map((count, k) => count - data.labelled_counts[k]!);
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
  assert.deepEqual([...new Set([...best.tensors.keys()].map((name) => name.split(".")[0]))], [
    "buffer",
    "ema",
  ]);
  await Deno.remove(root, { recursive: true });
});
