import { createMethod, methodParams } from "../../src/methods/registry.ts";
import type { HostArray } from "../../src/tensor/mod.ts";
import { buildStep, type StepProgram } from "../../src/train/step.ts";
import { hostValues, i32 } from "./kernel_case.ts";

/** What is trained. */
export interface StepChoice {
  readonly net: string;
  readonly method: string;
  readonly params?: object;
  /** Pixels a side. */
  readonly size: number;
  /** B; μ is 2. */
  readonly batch: number;
}

/** A training step on few made-up images. */
export interface WholeStep extends StepProgram {
  /** Inputs besides the state, by step. */
  inputsOf(step: number): Record<string, HostArray>;
}

const CLASSES = 3;

export async function wholeStep(choice: StepChoice): Promise<WholeStep> {
  const { net, size, batch } = choice;
  const count = 6 * batch;
  const method = await createMethod(choice.method, {
    params: methodParams(choice.method).parse(choice.params ?? {}),
    context: { classes: CLASSES, labelledCounts: [3 * batch, 2 * batch, batch] },
  });
  const step = await buildStep({
    net,
    method,
    images: { count, height: size, width: size, channels: 3 },
    classes: CLASSES,
    mean: [0.5, 0.4, 0.3],
    std: [0.2, 0.25, 0.3],
    batch,
    unlabelledRatio: 2,
    momentum: 0.9,
    weightDecay: 5e-4,
    ema: 0.999,
    bnMomentum: 0.001,
    weak: "crop|flip",
    strong: "simple",
    seed: 1,
  });
  const pixels = hostValues(i32(count * size * size * 3), { seed: 3, range: [0, 256] });
  const controls = Object.entries(method.controls).map(([name, { initial }]) => [
    `control.${name}`,
    initial,
  ]);
  const constant: Record<string, HostArray> = {
    images: Uint8Array.from(pixels),
    labels: Int32Array.from({ length: count }, (_, i) => i % CLASSES),
    learning_rate: Float32Array.of(0.03),
    ...Object.fromEntries(controls),
  };
  const indices = (length: number, options: { step: number; stride: number }) =>
    Int32Array.from({ length }, (_, i) => (options.step * 5 + i * options.stride) % count);
  return {
    ...step,
    inputsOf: (at) => ({
      ...constant,
      labelled_indices: indices(batch, { step: at, stride: 1 }),
      unlabelled_indices: indices(2 * batch, { step: at, stride: 7 }),
      key: Int32Array.of(11, at),
    }),
  };
}
