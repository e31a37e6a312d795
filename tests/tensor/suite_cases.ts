import { gradientCases, gradientOf } from "./gradient_cases.ts";
import type { KernelCase } from "./kernel_case.ts";
import { kernelCases } from "./kernel_cases.ts";
import { ownCases } from "./own_cases.ts";

/** Every kernel on shapes of all kinds. */
export const suiteCases: readonly KernelCase[] = [...kernelCases, ...ownCases];

/** Every gradient, which `gradient_test.ts` compares with finite differences. */
export const suiteGradients: readonly KernelCase[] = gradientCases.map(gradientOf);
