import assert from "node:assert/strict";
import { rules as tensorflowRules } from "../../src/tensor/engines/tensorflow/lower/table.ts";
import { lowerings } from "../../src/tensor/engines/wasm/lower/table.ts";
import { rules as tfjsRules } from "../../src/tensor/engines/tfjs/rules/table.ts";
import { rules as xlaRules } from "../../src/tensor/engines/xla/rules/table.ts";
import { expandProgram } from "../../src/tensor/expand.ts";
import { interpretations } from "../../src/tensor/interpreter.ts";
import { KERNELS } from "../../src/tensor/kernels.ts";
import { record } from "../../src/tensor/mod.ts";
import { suiteCases, suiteGradients } from "./suite_cases.ts";

const programs = suiteCases.map(({ inputs, body }) => record(inputs, body, { state: [] }));

Deno.test("suiteCases has a case for every kernel", () => {
  const met = programs.flatMap(({ calls }) => calls.map(({ kernel }) => kernel));
  assert.deepEqual([...new Set(met)].sort(), KERNELS);
});

Deno.test("suiteCases has cases of different names", () => {
  const names = [...suiteCases, ...suiteGradients].map(({ name }) => name);
  assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
});

/** Kernels that are replaced by others before a program is lowered. */
const composed = [
  ...new Set(programs.flatMap((program) => {
    const left = new Set(expandProgram(program).calls.map(({ kernel }) => kernel));
    return program.calls.map(({ kernel }) => kernel).filter((kernel) => !left.has(kernel));
  })),
];

const tables: Readonly<Record<string, readonly string[]>> = {
  // What it has no loop for runs in the interpreter's; reshaping moves nothing.
  wasm: [...Object.keys(lowerings), ...Object.keys(interpretations)],
  tensorflow: [...Object.keys(tensorflowRules)],
  "xla on the CPU": [...Object.keys(xlaRules.cpu), ...composed],
  "xla on a GPU": [...Object.keys(xlaRules.cuda), ...composed],
  "tfjs-node-gpu": [...Object.keys(tfjsRules), ...composed],
};

for (const [engine, kernels] of Object.entries(tables)) {
  Deno.test(`${engine} has a rule for every kernel, and no other`, () => {
    assert.deepEqual([...new Set(kernels)].sort(), KERNELS);
  });
}
