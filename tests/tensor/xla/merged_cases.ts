import { interpret, type Program, record } from "../../../src/tensor/mod.ts";
import { hostValues, type KernelCase } from "../kernel_case.ts";

/** Cases recorded as one program, since XLA compiles one in little more time than a tenth of one. */
export interface MergedCases {
  readonly program: Program;
  readonly values: Record<string, number[]>;
  /** Outputs of a case by their own names, from those of the program. */
  outputsOf<T>(index: number, outputs: Readonly<Record<string, T>>): Record<string, T>;
  readonly oracle: Record<string, Float64Array>;
}

/** `seed` is the first case's; each later one's is one more. */
export function mergeCases(cases: readonly KernelCase[], seed: number): MergedCases {
  const specs = cases.map(({ inputs }, i) =>
    Object.entries(inputs).map(([name, spec]) => [`${i}/${name}`, spec] as const)
  ).flat();
  const program = record(
    Object.fromEntries(specs),
    (tensors) =>
      Object.fromEntries(cases.flatMap((one, i) => {
        const names = Object.keys(one.inputs);
        const own = Object.fromEntries(names.map((name) => [name, tensors[`${i}/${name}`]!]));
        return Object.entries(one.body(own)).map(([name, tensor]) => [`${i}/${name}`, tensor]);
      })),
    { state: [] },
  );
  const values = Object.fromEntries(
    cases.flatMap(({ inputs, range }, i) =>
      Object.entries(inputs).map(([name, spec], j) => [
        `${i}/${name}`,
        hostValues(spec, { seed: seed + i + 100 * j, ...(range ? { range } : {}) }),
      ])
    ),
  );
  return {
    program,
    values,
    oracle: interpret(program, values),
    outputsOf: (index, outputs) =>
      Object.fromEntries(
        Object.entries(outputs).flatMap(([name, value]) =>
          name.startsWith(`${index}/`) ? [[name.slice(name.indexOf("/") + 1), value]] : []
        ),
      ),
  };
}
