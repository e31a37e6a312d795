import * as tf from "@tensorflow/tfjs";
import type { Attribute } from "../program.ts";
import { registerRecorded } from "./kernels.ts";
import { input, plain } from "./recorded.ts";

registerRecorded("BatchNormTraining", (call) => {
  const { epsilon, alpha } = call.attributes as Record<string, number>;
  const attributes = { epsilon: epsilon ?? 0, alpha: alpha ?? 1 };
  const inputs = [plain(call, "x"), input(call, "gamma"), input(call, "beta")];
  return call.builder.calls("BatchNormTraining", inputs, { attributes });
});

registerRecorded("BatchNormTrainingGrad", (call) => {
  const { epsilon, alpha } = call.attributes as Record<string, number>;
  const attributes = { epsilon: epsilon ?? 0, alpha: alpha ?? 1 };
  const inputs = ["dy", "x", "y", "gamma", "mean", "variance"].map((name) => input(call, name));
  return call.builder.calls("BatchNormTrainingGrad", inputs, { attributes });
});

tf.registerGradient({
  kernelName: "BatchNormTraining",
  inputsToSave: ["x", "gamma"],
  outputsToSave: [true, true, true],
  gradFunc: (dys, saved, attrs) => {
    const [x, gamma, y, mean, variance] = saved;
    const dy = Array.isArray(dys) ? dys[0] : dys;
    if (!x || !gamma || !y || !mean || !variance || !dy) {
      throw new Error("internal: batch norm's gradient");
    }
    const inputs = { dy, x, y, gamma, mean, variance };
    const grads = tf.engine().runKernel(
      "BatchNormTrainingGrad",
      inputs,
      attrs,
    ) as unknown as tf.Tensor[];
    const part = (index: number) => () => grads[index] ?? tf.zerosLike(x);
    return { x: part(0), gamma: part(1), beta: part(2) };
  },
});

for (const kernel of ["RandomUniform", "RandomBits"]) {
  registerRecorded(kernel, (call) => {
    const attributes = call.attributes as Record<string, Attribute>;
    const { stream = 0, shape = [] } = attributes;
    return call.builder.call(kernel, [plain(call, "key")], { attributes: { stream, shape } });
  });
}

registerRecorded("PixelOperation", (call) => {
  const inputs = ["x", "kind", "value", "coefficients"].map((name) => plain(call, name));
  return call.builder.call("PixelOperation", inputs);
});
