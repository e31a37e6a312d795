import * as tf from "@tensorflow/tfjs";
import { interpret, record } from "../../src/tensor/mod.ts";
import { assertClose } from "./compare.ts";
import { valuesOf } from "./kernel_case.ts";
import { kernelCases } from "./kernel_cases.ts";

/** Runs a case eagerly on TensorFlow.js's own CPU backend. */
async function runEagerly(
  { inputs, body }: (typeof kernelCases)[number],
  values: Readonly<Record<string, number[]>>,
): Promise<Record<string, Float32Array | Int32Array | Uint8Array>> {
  tf.env().set("IS_NODE", false); // else the backend prints an advertisement
  await tf.setBackend("cpu");
  return tf.tidy(() => {
    const tensors = Object.entries(inputs).map(([name, { shape, dtype }]) => [
      name,
      tf.tensor(values[name]!, [...shape], dtype),
    ]);
    const outputs = body(Object.fromEntries(tensors));
    return Object.fromEntries(Object.entries(outputs).map(([name, y]) => [name, y.dataSync()]));
  });
}

Deno.test("interpret() agrees with TensorFlow.js's cpu backend on every kernel", async (t) => {
  for (const [seed, one] of kernelCases.entries()) {
    await t.step(one.name, async () => {
      const values = valuesOf(one, seed);
      const ours = interpret(record(one.inputs, one.body), values);
      const theirs = await runEagerly(one, values);
      for (const [name, expected] of Object.entries(theirs)) {
        assertClose(ours[name]!, expected, { tolerance: 2e-5, message: name });
      }
    });
  }
});
