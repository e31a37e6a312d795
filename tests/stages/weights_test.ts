import type * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { hashFile } from "../../src/data/hash_file.ts";
import { createMethod, methodParams } from "../../src/methods/registry.ts";
import { headLogits, stateDictName } from "../../src/nets/heads.ts";
import { channelsLast, toTorch } from "../../src/nets/layout.ts";
import { loadNet } from "../../src/nets/registry.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafeTensor,
  safeTensor,
} from "../../src/train/safetensors.ts";
import { startFrom } from "../../src/train/starting_weights.ts";
import { buildStep } from "../../src/train/step.ts";
import { weights } from "../../stages/weights.ts";
import { assertClose } from "../golden.ts";
import { runRecorded } from "../run_recorded.ts";
import { runStage } from "./fake_context.ts";

const fixtures = new URL("../weights/fixtures/", import.meta.url);
const NET = "resnet-14-small-w1";
const SIZES = { classes: 3, channels: 3 };

/** Runs the stage on a file; returns the directory of its output. */
async function readInto(directory: string, file: string): Promise<string> {
  const digest = `sha256:${await hashFile(file, "sha256")}`;
  await runStage(weights, {
    directory,
    params: { digest, entry: null },
    paths: { [digest]: file },
  });
  return join(directory, "weights");
}

async function stepOf(id: string) {
  const method = await createMethod(id, {
    params: methodParams(id).parse({}),
    context: { classes: 3, labelledCounts: [3, 2, 1] },
  });
  const step = await buildStep({
    net: NET,
    method,
    images: { count: 6, height: 8, width: 8, channels: 3 },
    classes: 3,
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
    batch: 2,
    unlabelledRatio: 1,
    momentum: 0.9,
    weightDecay: 5e-4,
    ema: 0.999,
    bnMomentum: 0.001,
    weak: "crop|flip",
    strong: "simple",
    seed: 1,
  });
  return { step, method };
}

async function withDirectory(body: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("weights of a .pth file give PyTorch's logits and start parameters and averages alike", async () => {
  await withDirectory(async (root) => {
    const directory = await readInto(root, new URL(`${NET}.pth`, fixtures).pathname);
    const { step: fresh, method } = await stepOf("supervised");
    const { step, drawn } = await startFrom(fresh, { weights: directory, method });
    assert.deepEqual(drawn, []);
    const initial = new Map(step.state.map(({ name, initial }) => [name, initial]));
    const net = await loadNet(NET, SIZES);
    const given = Object.fromEntries([
      ...net.parameters.map((
        { name, shape },
      ) => [name, { shape, data: initial.get(`ema.${name}`)! }]),
      ...net.buffers.map((
        { name, shape },
      ) => [name, { shape, data: initial.get(`buffer.${name}`)! }]),
    ]);
    const pixels = Float32Array.from({ length: 2 * 3 * 8 * 8 }, (_, i) => Math.sin(1 + i));
    const x = channelsLast({ shape: [2, 3, 8, 8], data: pixels });
    const { logits } = runRecorded({ ...given, x }, ({ x, ...t }) => ({
      logits: headLogits(net.forwardInference(x as tf.Tensor4D, t, t), t, "base"),
    }));
    const expected = JSON.parse(await Deno.readTextFile(new URL(`${NET}.json`, fixtures)));
    assertClose(logits!, expected.logits, { tolerance: 1e-5, what: "logits" });
    for (const { name } of net.parameters) {
      assert.deepEqual(initial.get(`param.${name}`), initial.get(`ema.${name}`), name);
      assert.ok(initial.get(`momentum.${name}`)!.every((value) => value === 0), name);
    }
  });
});

Deno.test("weights are the same bytes whatever format they come in", async () => {
  await withDirectory(async (root) => {
    const pth = await readInto(join(root, "pth"), new URL(`${NET}.pth`, fixtures).pathname);
    const bytes = await Deno.readFile(join(pth, "weights.safetensors"));
    const copy = join(root, "wrapped.safetensors");
    const { tensors } = decodeSafetensors(bytes);
    const wrapped = new Map([...tensors].map(([name, tensor]) => [`module.${name}`, tensor]));
    await Deno.writeFile(copy, encodeSafetensors(wrapped, { format: "pt" }));
    const again = await readInto(join(root, "again"), copy);
    assert.deepEqual(await Deno.readFile(join(again, "weights.safetensors")), bytes);
    await Deno.writeTextFile(copy, "changed");
    const paths = { "sha256:0": copy };
    await assert.rejects(
      runStage(weights, { directory: root, params: { digest: "sha256:0", entry: null }, paths }),
      /is not what it was when the run was planned/,
    );
  });
});

/** Writes the fixture's weights, changed, where the stage would have. */
async function changed(
  root: string,
  change: (tensors: Map<string, SafeTensor>) => void,
): Promise<string> {
  const directory = await readInto(root, new URL(`${NET}.pth`, fixtures).pathname);
  const path = join(directory, "weights.safetensors");
  const tensors = new Map(decodeSafetensors(await Deno.readFile(path)).tensors);
  change(tensors);
  await Deno.writeFile(path, encodeSafetensors(tensors));
  return directory;
}

Deno.test("startFrom() names tensors that are missing, unexpected or of another shape", async () => {
  await withDirectory(async (root) => {
    const { step, method } = await stepOf("supervised");
    const directory = await changed(root, (tensors) => {
      tensors.delete("layer1.0.bn1.running_var");
      for (let i = 0; i < 7; i++) tensors.set(`rot.${i}`, safeTensor(new Float32Array(1)));
      tensors.set("classifier.weight", safeTensor(new Float32Array(64), [2, 32]));
    });
    await assert.rejects(startFrom(step, { weights: directory, method }), {
      name: "UserError",
      message: "The pretrained weights do not fit the net: missing: layer1.0.bn1.running_var; " +
        "unexpected: rot.0, rot.1, rot.2, rot.3, rot.4 and 2 more; " +
        "of another shape: classifier.weight is [2,32], not [3,32]",
    });
  });
});

Deno.test("startFrom() takes heads by the names of other programs, and draws those that are not there", async () => {
  await withDirectory(async (root) => {
    const { step, method } = await stepOf("fixmatch+abc");
    const heads = (from: string, to: string) => (tensors: Map<string, SafeTensor>) => {
      for (const part of ["weight", "bias"]) {
        tensors.set(`${to}.${part}`, tensors.get(`${from}.${part}`)!);
        tensors.delete(`${from}.${part}`);
      }
    };
    const initial = (of: typeof step, name: string) =>
      of.state.find((tensor) => tensor.name === name)!.initial;
    const alone = await startFrom(step, {
      weights: await changed(join(root, "alone"), heads("classifier", "output")),
      method,
    });
    assert.deepEqual(alone.drawn, ["abc"]);
    assert.deepEqual(initial(alone.step, "param.abc.weight"), initial(step, "param.abc.weight"));
    assert.notDeepEqual(
      initial(alone.step, "param.classifier.weight"),
      initial(step, "param.classifier.weight"),
    );
    const auxiliary = await startFrom(step, {
      weights: await changed(join(root, "auxiliary"), heads("classifier", "aux_classifier")),
      method,
    });
    assert.deepEqual(auxiliary.drawn, ["classifier"]);
    assert.deepEqual(
      initial(auxiliary.step, "param.abc.weight"),
      initial(alone.step, "param.classifier.weight"),
    );
  });
});

for (const id of ["fixmatch+abc", "fixmatch+acr", "fixmatch+cpe", "fixmatch+scssl"]) {
  Deno.test(`weights and startFrom() read a training of ${id} under this program's and the sources' names of heads`, async () => {
    await withDirectory(async (root) => {
      const { step, method } = await stepOf(id);
      const trained = new Map(
        step.state.filter(({ name }) => /^(ema|buffer)\./.test(name)).map(({ name, spec }) => {
          const count = spec.shape.reduce((product, n) => product * n, 1);
          const data = Float32Array.from({ length: count }, (_, i) => i + name.length);
          return [name.slice(name.indexOf(".") + 1), { shape: spec.shape, data }];
        }),
      );
      const start = async (directory: string, nameOf: (name: string) => string) => {
        const tensors = new Map(
          [...trained].map(([name, tensor]) => {
            const { shape, data } = toTorch(tensor);
            return [nameOf(name), safeTensor(data, shape)];
          }),
        );
        await Deno.mkdir(directory);
        const file = join(directory, "best.safetensors");
        await Deno.writeFile(file, encodeSafetensors(tensors));
        const started = await startFrom(step, { weights: await readInto(directory, file), method });
        assert.deepEqual(started.drawn, []);
        for (const { name, initial } of started.step.state) {
          if (!/^(param|ema|buffer)\./.test(name)) continue;
          assert.deepEqual(initial, trained.get(name.slice(name.indexOf(".") + 1))!.data, name);
        }
      };
      await start(join(root, "now"), (name) => stateDictName(name, method.heads));
      await start(join(root, "before"), (name) => name);
    });
  });
}
