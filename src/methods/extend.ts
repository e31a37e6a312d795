/** How plug-ins lie on top of a method. */
import type * as tf from "@tensorflow/tfjs";
import type { LossHooks, LossInputs, MethodHost, Output } from "./method.ts";

/** Inputs for the losses that a plug-in extends: its own changes first, then those of the plug-ins on top of it. */
export function withHooks(inputs: LossInputs, own: LossHooks): LossInputs {
  const outer = inputs.hooks;
  if (outer === undefined) return { ...inputs, hooks: own };
  const chain = <T>(first?: (x: T) => T, second?: (x: T) => T): ((x: T) => T) | undefined =>
    first && second ? (x) => second(first(x)) : first ?? second;
  const labelled = chain<tf.Tensor2D>(own.labelled, outer.labelled);
  const strong = chain<tf.Tensor2D>(own.strong, outer.strong);
  const targets = chain(own.targets, outer.targets);
  const supervisedScale = outer.supervisedScale ?? own.supervisedScale;
  return {
    ...inputs,
    hooks: {
      ...(labelled ? { labelled } : {}),
      ...(strong ? { strong } : {}),
      ...(targets ? { targets } : {}),
      ...(supervisedScale ? { supervisedScale } : {}),
    },
  };
}

/** A host that does what the base's does and then its own. Own names in what is saved must differ from the base's. */
export function stackHosts(base: MethodHost, own: Partial<MethodHost>): MethodHost {
  const order = ["nothing", "controls", "restart"] as const;
  return {
    controls: () => ({ ...base.controls(), ...own.controls?.() }),
    stepInputs: (info) => ({ ...base.stepInputs?.(info), ...own.stepInputs?.(info) }),
    afterStep(info, observed) {
      base.afterStep?.(info, observed);
      own.afterStep?.(info, observed);
    },
    async onEpochEnd(info) {
      const first = await base.onEpochEnd(info);
      const second = await own.onEpochEnd?.(info) ?? "nothing";
      return order.indexOf(first) > order.indexOf(second) ? first : second;
    },
    save: () => ({ ...base.save(), ...own.save?.() }),
    load(saved) {
      base.load(saved);
      own.load?.(saved);
    },
    report: () => ({ ...base.report(), ...own.report?.() }),
  };
}

/** What an extra head that becomes the primary one adds: itself, and itself under the rule of the output it replaces. */
export function headOutputs(
  head: string,
  base: { readonly outputs: readonly Output[]; readonly primary: string },
): { readonly outputs: readonly Output[]; readonly primary: string } {
  const rule = base.outputs.find(({ name }) => name === base.primary)?.rule ?? "none";
  const plain: Output = { name: head, head, rule: "none" };
  const ruled: Output[] = rule === "none" ? [] : [{ name: `${head}-${rule}`, head, rule }];
  return {
    outputs: [...base.outputs, plain, ...ruled],
    primary: ruled[0]?.name ?? head,
  };
}

/** 1 for a switch that is on, as a step input. */
export function flag(on: boolean): Float32Array {
  return Float32Array.of(on ? 1 : 0);
}

/** Whole steps of so many epochs, at least one. */
export function stepsOf(epochs: number, epochSteps: number): number {
  return Math.max(1, Math.round(epochs * epochSteps));
}
