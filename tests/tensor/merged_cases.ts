import { type Program, record } from "../../src/tensor/mod.ts";
import { type KernelCase, valuesOf } from "./kernel_case.ts";

/** Cases recorded as one program. */
export interface MergedCases {
  readonly cases: readonly KernelCase[];
  readonly program: Program;
  readonly values: Readonly<Record<string, readonly number[]>>;
  /** Outputs of a case by their own names, from those of the program. */
  outputsOf<T>(index: number, outputs: Readonly<Record<string, T>>): Record<string, T>;
}

/** `seed` is the first case's; each later one's is one more. */
export function mergeCases(cases: readonly KernelCase[], seed: number): MergedCases {
  const named = <T>(of: (one: KernelCase, index: number) => Readonly<Record<string, T>>) =>
    Object.fromEntries(
      cases.flatMap((one, i) =>
        Object.entries(of(one, i)).map(([name, value]) => [`${i}/${name}`, value] as const)
      ),
    );
  const own = <T>(index: number, all: Readonly<Record<string, T>>) =>
    Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) =>
        name.startsWith(`${index}/`) ? [[name.slice(name.indexOf("/") + 1), value]] : []
      ),
    );
  return {
    cases,
    program: record(
      named(({ inputs }) => inputs),
      (tensors) => named(({ body }, i) => body(own(i, tensors))),
      { state: [] },
    ),
    values: named((one, i) => valuesOf(one, seed + i)),
    outputsOf: own,
  };
}
