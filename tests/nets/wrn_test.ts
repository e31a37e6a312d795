import * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { crossEntropy } from "../../src/methods/cross_entropy.ts";
import { headLogits } from "../../src/nets/heads.ts";
import { channelsLast, fromTorch, toTorch } from "../../src/nets/layout.ts";
import type { Net } from "../../src/nets/net.ts";
import { loadNet } from "../../src/nets/registry.ts";
import { movingAverage } from "../../src/train/ema.ts";
import { isTrained } from "../../src/train/model.ts";
import { assertClose, type GoldenTensor, goldenTensors } from "../golden.ts";
import { goldenEngineTest, runOn } from "../methods/engines.ts";
import type { Given } from "../run_recorded.ts";
import { goldenNet } from "./golden_net.ts";

const CIFAR = { classes: 10, channels: 3 };

async function parameterCount(id: string, classes: number): Promise<number> {
  const net = await loadNet(id, { ...CIFAR, classes });
  return net.parameters
    .map(({ shape }) => shape.reduce((a, b) => a * b, 1))
    .reduce((a, b) => a + b, 0);
}

Deno.test("wideResNet() has the reference's number of parameters", async () => {
  strictEqual(await parameterCount("wrn-28-2", 10), 1_467_626);
  strictEqual(await parameterCount("wrn-28-2", 100), 1_479_236);
});

Deno.test("wideResNet() leaves out the first norms of the groups that change channels", async () => {
  const untrained = async (id: string) =>
    (await loadNet(id, CIFAR)).parameters.filter((p) => !isTrained(p)).map(({ name }) => name);
  const expected = [
    "block2.layer.0.bn1.weight",
    "block2.layer.0.bn1.bias",
    "block3.layer.0.bn1.weight",
    "block3.layer.0.bn1.bias",
  ];
  deepStrictEqual(await untrained("wrn-10-1"), expected);
  deepStrictEqual(await untrained("wrn-28-2"), expected);
});

function inputsOf(net: Net, golden: ReadonlyMap<string, GoldenTensor>): Record<string, Given> {
  const names = [...net.parameters, ...net.buffers].map(({ name }) => name);
  return Object.fromEntries(names.map((name) => [name, fromTorch(golden.get(`param.${name}`)!)]));
}

goldenEngineTest("wideResNet() golden: evaluation logits", async (engine) => {
  const golden = await goldenTensors("wrn.safetensors");
  const { id, ...sizes } = goldenNet(golden);
  const net = await loadNet(id, sizes);
  const x = channelsLast(golden.get("x")!);
  const { logits } = await runOn(engine, { ...inputsOf(net, golden), x }, ({ x, ...t }) => ({
    logits: headLogits(net.forwardInference(x as tf.Tensor4D, t, t), t, "base"),
  }));
  assertClose(logits!, golden.get("eval.logits")!.data, { tolerance: 1e-4, what: "logits" });
});

goldenEngineTest(
  "wideResNet() golden: training pass, gradients, running statistics",
  async (engine) => {
    const golden = await goldenTensors("wrn.safetensors");
    const { id, ...sizes } = goldenNet(golden);
    const net = await loadNet(id, sizes);
    const trained = net.parameters.filter(isTrained);
    const given: Record<string, Given> = {
      ...inputsOf(net, golden),
      x: channelsLast(golden.get("x")!),
      y: { ...golden.get("y")!, dtype: "int32" },
    };
    const out = await runOn(engine, given, (t) => trainingPass(net, t));
    const tolerances = { train: 1e-4, grad: 1e-3, after: 1e-5 } as const;
    const checked = [...golden].filter(([name]) => /^(train|grad|after)\./.test(name));
    ok(checked.length > 10);
    for (const [name, expected] of checked) {
      const kind = name.split(".")[0] as keyof typeof tolerances;
      const parameter = trained.find((each) => name === `grad.${each.name}`);
      const actual = parameter
        ? toTorch({ shape: parameter.shape, data: Float32Array.from(out[name]!) }).data
        : out[name]!;
      assertClose(actual, expected.data, { tolerance: tolerances[kind], what: name });
    }
  },
);

/** Features, logits, loss, gradients and running statistics under the golden file's names. */
function trainingPass(
  net: Net,
  { x, y, ...t }: Record<string, tf.Tensor>,
): Record<string, tf.Tensor> {
  const trained = net.parameters.filter(isTrained);
  const result: Record<string, tf.Tensor> = {};
  const gradients = tf.grads((...values: tf.Tensor[]) => {
    const live = Object.fromEntries(trained.map(({ name }, i) => [name, values[i]!]));
    const parameters = { ...t, ...live };
    const { features, statistics } = net.forwardTraining(x as tf.Tensor4D, parameters);
    const logits = headLogits(features, parameters, "base");
    const loss = tf.mean<tf.Scalar>(crossEntropy(logits, y as tf.Tensor1D));
    result["train.feat"] = tf.keep(features);
    result["train.logits"] = tf.keep(logits);
    result["train.loss"] = tf.keep(loss);
    for (const { name } of net.buffers) {
      result[`after.${name}`] = tf.keep(
        movingAverage(t[name]!, statistics[name]!, { decay: 1 - 0.001 }),
      );
    }
    return loss;
  })(trained.map(({ name }) => t[name]!));
  trained.forEach(({ name }, i) => result[`grad.${name}`] = gradients[i]!);
  return result;
}
