import * as tf from "@tensorflow/tfjs";
import { ok } from "node:assert/strict";
import {
  blockInference,
  blockParameters,
  type BlockSpec,
  blockTraining,
} from "../../src/nets/block.ts";
import { channelsLast, fromTorch, transpose } from "../../src/nets/layout.ts";
import { movingAverage } from "../../src/train/ema.ts";
import { isTrained } from "../../src/train/model.ts";
import { assertClose, type GoldenTensor, goldenTensors } from "../golden.ts";
import { goldenEngineTest, runOn } from "../methods/engines.ts";
import type { Given } from "../run_recorded.ts";

/** What a golden block's tensors, and its name, say of it. */
function specOf(kind: string, golden: ReadonlyMap<string, GoldenTensor>): BlockSpec {
  const [outChannels = 0, inChannels = 0] = golden.get("param.conv1.weight")!.shape;
  return {
    name: "",
    inChannels,
    outChannels,
    stride: golden.get("x")!.shape[2] === golden.get("train.out")!.shape[2] ? 1 : 2,
    activateBeforeResidual: kind.endsWith("first"),
  };
}

goldenEngineTest("blockTraining() golden: every kind of block", async (engine) => {
  const all = await goldenTensors("blocks.safetensors");
  const kinds = new Set([...all.keys()].map((name) => name.split(".")[0]!));
  ok(kinds.size > 0);
  for (const kind of kinds) {
    const golden = new Map(
      [...all].filter(([name]) => name.startsWith(`${kind}.`))
        .map(([name, tensor]) => [name.slice(kind.length + 1), tensor]),
    );
    const spec = specOf(kind, golden);
    const given: Record<string, Given> = {};
    for (const [name, tensor] of golden) {
      if (name.startsWith("param.")) given[name.slice("param.".length)] = fromTorch(tensor);
    }
    const image = (name: string) => channelsLast(golden.get(name)!);
    const inputs = { ...given, x: image("x"), r: image("r") };
    const out = await runOn(engine, inputs, (t) => bothPasses(spec, t));
    const tolerances = { train: 1e-4, eval: 1e-4, grad: 1e-3, after: 1e-5 } as const;
    const checked = [...golden].filter(([name]) => /^(train|eval|grad|after)\./.test(name));
    ok(checked.length > 8);
    for (const [name, expected] of checked) {
      const isImage = name.endsWith(".out") || name === "grad.x";
      const { data } = isImage ? channelsLast(expected) : fromTorch(expected);
      const tolerance = tolerances[name.split(".")[0] as keyof typeof tolerances];
      assertClose(out[name]!, data, { tolerance, what: `${kind} ${name}` });
    }
  }
});

/** Both passes, gradients and running statistics under the golden file's names. */
function bothPasses(
  spec: BlockSpec,
  { x, r, ...t }: Record<string, tf.Tensor>,
): Record<string, tf.Tensor> {
  const trained = blockParameters(spec).filter(isTrained).map(({ name }) => name);
  const result: Record<string, tf.Tensor> = {};
  const wanted = ["x", ...trained];
  const gradients = tf.grads((...values: tf.Tensor[]) => {
    const live = Object.fromEntries(wanted.map((name, i) => [name, values[i]!]));
    const statistics: Record<string, tf.Tensor> = {};
    const y = blockTraining(live.x as tf.Tensor4D, spec, {
      parameters: { ...t, ...live },
      statistics,
    });
    result["train.out"] = tf.keep(y);
    for (const [name, value] of Object.entries(statistics)) {
      result[`after.${name}`] = tf.keep(movingAverage(t[name]!, value, { decay: 0.999 }));
    }
    return tf.sum(tf.mul(y, r!));
  })([x!, ...trained.map((name) => t[name]!)]);
  wanted.forEach((name, i) => result[`grad.${name}`] = gradients[i]!);
  result["eval.out"] = blockInference(x as tf.Tensor4D, spec, { parameters: t, buffers: t });
  return result;
}

Deno.test("transpose() moves axes", () => {
  const { shape, data } = transpose(
    { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    [1, 0],
  );
  ok(shape.join() === "3,2" && data.join() === "1,4,2,5,3,6");
});
