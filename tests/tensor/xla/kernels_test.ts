import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { rules } from "../../../src/tensor/engines/xla/rules/table.ts";
import { KERNELS } from "../../../src/tensor/kernels.ts";
import { record } from "../../../src/tensor/mod.ts";
import { assertClose } from "../compare.ts";
import { f32, type KernelCase } from "../kernel_case.ts";
import { kernelCases } from "../kernel_cases.ts";
import { ownCases } from "../tensorflow/own_cases.ts";
import { runOnce } from "../tensorflow/run_once.ts";
import type { XlaEngine } from "../../../src/tensor/engines/xla/engine.ts";
import { openWithGpuRules, openXla, xlaTest } from "./installed.ts";
import { mergeCases } from "./merged_cases.ts";

/** Kernels that are replaced by others before a program is lowered. */
const COMPOSED = ["PixelOperation"];

/** Cases of one program. */
const MERGED = 40;

for (const device of ["cpu", "cuda"] as const) {
  Deno.test(`rules.${device} has one for every kernel that is not composed of others`, () => {
    assert.deepEqual([...Object.keys(rules[device]), ...COMPOSED].sort(), [...KERNELS].sort());
  });
}

/** Gradients of convolutions that the CPU's rules treat in ways of their own. */
const convolutionCases: readonly KernelCase[] = [
  [[17, 32, 32, 64], [3, 3, 64, 2], 1, 1] as const,
  [[2, 9, 9, 3], [2, 2, 3, 4], 3, 0] as const,
  [[2, 6, 7, 3], [1, 1, 3, 4], 3, 0] as const,
  [[2, 5, 5, 3], [1, 1, 3, 4], 1, 1] as const,
  [[2, 10, 9, 3], [5, 3, 3, 4], [2, 3] as [number, number], 1] as const,
  [[3, 4, 4, 2], [4, 4, 2, 3], 2, "same"] as const,
].map(([x, filter, strides, pad]) => ({
  name: `conv2d [${x}] [${filter}] stride ${strides} pad ${pad}`,
  inputs: { x: f32(...x), filter: f32(...filter) },
  range: [-0.5, 0.5],
  body: (t) => {
    const convolve = (a: tf.Tensor, b: tf.Tensor) =>
      tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad);
    const [dx, dfilter] = tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.sin(convolve(a, b))))(
      [t.x!, t.filter!],
    );
    return { y: convolve(t.x!, t.filter!), dx: dx!, dfilter: dfilter! };
  },
}));

async function compareAll(t: Deno.TestContext, engine: XlaEngine): Promise<void> {
  const cases = [...kernelCases, ...ownCases, ...convolutionCases];
  const met = new Set<string>();
  for (let first = 0; first < cases.length; first += MERGED) {
    const some = cases.slice(first, first + MERGED);
    const { program, values, oracle, outputsOf } = mergeCases(some, first);
    for (const { kernel } of program.calls) met.add(kernel);
    const ours = await runOnce(engine, program, values);
    for (const [i, one] of some.entries()) {
      await t.step(one.name, () => {
        const tolerance = one.name.startsWith("draws") ? 0 : 2e-5;
        const [found, expected] = [outputsOf(i, ours), outputsOf(i, oracle)];
        assert.deepEqual(Object.keys(found), Object.keys(expected));
        for (const [name, values] of Object.entries(expected)) {
          assertClose(found[name]!, values, { tolerance, message: name });
        }
      });
    }
  }
  const lowered = [...met].filter((kernel) => !COMPOSED.includes(kernel));
  assert.deepEqual(lowered.sort(), Object.keys(rules.cpu).sort());
  assert.equal(engine.tensorCount, 0);
  engine.close();
}

xlaTest(
  "XlaExecutable.run() agrees with the interpreter on every kernel",
  async (t) => compareAll(t, await openXla()),
);

xlaTest(
  "XlaExecutable.run() agrees with the interpreter on every kernel lowered as for a GPU",
  (t) => compareAll(t, openWithGpuRules()),
);

xlaTest("XlaExecutable.run() rounds products that decide between whole numbers", async () => {
  const engine = await openXla();
  const [x, d, v] = [0, 1, 2].map((which) =>
    Float32Array.from(
      { length: 65536 },
      (_, i) => [i & 255, i >> 8, Math.fround((i * 7919 % 100) / 100)][which]!,
    )
  );
  const count = x!.length;
  const program = record({ x: f32(count), d: f32(count), v: f32(count) }, (t) => ({
    y: tf.floor(tf.add(t.d!, tf.mul(t.v!, tf.sub(t.x!, t.d!)))),
  }));
  const { y } = await runOnce(engine, program, { x: x!, d: d!, v: v! });
  const wrong = y!.filter((found, i) =>
    found !== Math.floor(Math.fround(d![i]! + Math.fround(v![i]! * (x![i]! - d![i]!))))
  );
  assert.equal(wrong.length, 0);
  engine.close();
});
