import assert from "node:assert/strict";
import { type Engine, interpret, record } from "../../src/tensor/mod.ts";
import { assertClose } from "./compare.ts";
import { type KernelCase, valuesOf } from "./kernel_case.ts";
import { mergeCases, type MergedCases } from "./merged_cases.ts";
import { runOnce } from "./run_once.ts";
import {
  engineTest,
  type EngineTestContext,
  type TestedEngine,
  testedEngines,
} from "./tested_engines.ts";

type Outputs = Readonly<Record<string, ArrayLike<number>>>;

/** Registers a test on each engine that it computes every case as the interpreter does; a step a case. */
export function testAgreement(
  name: string,
  cases: readonly KernelCase[],
  { engines = testedEngines }: { readonly engines?: readonly TestedEngine[] } = {},
): void {
  // Recorded once for all engines that take as many a program, interpreted once for all.
  const programs = new Map<number, readonly MergedCases[]>();
  const oracles = new Map<KernelCase, Outputs>();
  const oracleOf = (one: KernelCase) => {
    const known = oracles.get(one);
    if (known) return known;
    const program = record(one.inputs, one.body, { state: [] });
    const made = interpret(program, valuesOf(one, cases.indexOf(one)));
    oracles.set(one, made);
    return made;
  };
  const test = async (engine: Engine, { t, tested }: EngineTestContext) => {
    const count = tested.casesPerProgram;
    if (!programs.has(count)) programs.set(count, split(cases, count));
    for (const { cases, program, values, outputsOf } of programs.get(count)!) {
      const outputs: Outputs = await runOnce(engine, program, values);
      for (const [i, one] of cases.entries()) {
        await t.step(one.name, () => compare(one, outputsOf(i, outputs), oracleOf(one)));
      }
    }
  };
  engineTest(name, test, engines);
}

function split(cases: readonly KernelCase[], count: number): MergedCases[] {
  const parts = Math.ceil(cases.length / count);
  return Array.from(
    { length: parts },
    (_, i) => mergeCases(cases.slice(i * count, (i + 1) * count), i * count),
  );
}

function compare({ isExact = false }: KernelCase, found: Outputs, expected: Outputs): void {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const [message, values] of Object.entries(expected)) {
    assertClose(found[message]!, values, { tolerance: isExact ? 0 : 2e-5, message });
  }
}
