import assert from "node:assert/strict";
import { rules } from "../../../src/tensor/engines/tensorflow/lower/table.ts";
import { KERNELS } from "../../../src/tensor/kernels.ts";
import { interpret, record } from "../../../src/tensor/mod.ts";
import { assertClose } from "../compare.ts";
import { hostValues, type KernelCase } from "../kernel_case.ts";
import { kernelCases } from "../kernel_cases.ts";
import { openTensorflow, tensorflowTest } from "./installed.ts";
import { ownCases } from "./own_cases.ts";
import { runOnce } from "./run_once.ts";

function valuesOf({ inputs, range }: KernelCase, seed: number): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, spec], i) => [
      name,
      hostValues(spec, { seed: seed + 100 * i, ...(range ? { range } : {}) }),
    ]),
  );
}

Deno.test("rules has one for every kernel", () => {
  assert.deepEqual(Object.keys(rules).sort(), [...KERNELS].sort());
});

tensorflowTest(
  "TensorflowExecutable.run() agrees with the interpreter on every kernel",
  async (t) => {
    const engine = await openTensorflow();
    const met = new Set<string>();
    for (const [seed, one] of [...kernelCases, ...ownCases].entries()) {
      await t.step(one.name, async () => {
        const program = record(one.inputs, one.body, { state: [] });
        for (const { kernel } of program.calls) met.add(kernel);
        const values = valuesOf(one, seed);
        const [ours, oracle] = [await runOnce(engine, program, values), interpret(program, values)];
        assert.deepEqual(Object.keys(ours).sort(), Object.keys(oracle).sort());
        for (const [name, expected] of Object.entries(oracle)) {
          const isExact = one.name.startsWith("draws");
          const tolerance = isExact ? 0 : 2e-5;
          assertClose(ours[name]!, expected, { tolerance, message: name });
        }
      });
    }
    assert.deepEqual([...met].sort(), Object.keys(rules).sort());
    engine.close();
  },
);
