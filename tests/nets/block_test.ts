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
import { assertClose, goldenTensors, goldenTest } from "../golden.ts";
import { type Given, runRecorded } from "../run_recorded.ts";

const BLOCKS: Readonly<Record<string, BlockSpec>> = {
  first: block({ outChannels: 8, activateBeforeResidual: true }),
  down: block({ outChannels: 8, stride: 2 }),
  same: block({}),
  same_first: block({ activateBeforeResidual: true }),
};

function block(changes: Partial<BlockSpec>): BlockSpec {
  return {
    name: "",
    inChannels: 4,
    outChannels: 4,
    stride: 1,
    activateBeforeResidual: false,
    ...changes,
  };
}

for (const [kind, spec] of Object.entries(BLOCKS)) {
  goldenTest(`blockTraining() golden: ${kind}`, async () => {
    const golden = new Map(
      [...await goldenTensors("blocks.safetensors")]
        .filter(([name]) => name.startsWith(`${kind}.`))
        .map(([name, tensor]) => [name.slice(kind.length + 1), tensor]),
    );
    const given: Record<string, Given> = {};
    for (const [name, tensor] of golden) {
      if (name.startsWith("param.")) given[name.slice("param.".length)] = fromTorch(tensor);
    }
    const trained = blockParameters(spec).filter(isTrained).map(({ name }) => name);
    const image = (name: string) => channelsLast(golden.get(name)!);
    const inputs = { ...given, x: image("x"), r: image("r") };
    const out = runRecorded(inputs, ({ x, r, ...t }) => {
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
    });
    const tolerances = { train: 1e-4, eval: 1e-4, grad: 1e-3, after: 1e-5 } as const;
    const checked = [...golden].filter(([name]) => /^(train|eval|grad|after)\./.test(name));
    ok(checked.length > 8);
    for (const [name, expected] of checked) {
      const isImage = name.endsWith(".out") || name === "grad.x";
      const { data } = isImage ? channelsLast(expected) : fromTorch(expected);
      const tolerance = tolerances[name.split(".")[0] as keyof typeof tolerances];
      assertClose(out[name]!, data, { tolerance, what: name });
    }
  });
}

Deno.test("transpose() moves axes", () => {
  const { shape, data } = transpose(
    { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    [1, 0],
  );
  ok(shape.join() === "3,2" && data.join() === "1,4,2,5,3,6");
});
