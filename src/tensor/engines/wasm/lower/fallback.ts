import { interpretations } from "../../../interpreter.ts";
import type { Operand } from "../../../interpreter/operand.ts";
import { elementCount, type TensorSpec } from "../../../program.ts";
import { elementBytes, type Lower, type LoweringContext } from "../lowering.ts";

/** The elements at an address, as the engine keeps them. */
function elements(
  { heap }: LoweringContext,
  spec: TensorSpec,
  address: number,
): Float32Array | Int32Array | Uint8Array {
  const count = elementCount(spec.shape);
  if (elementBytes(spec) === 1) return heap.bytes(address, count);
  return spec.dtype === "float32" ? heap.floats(address, count) : heap.integers(address, count);
}

/**
 * Kinds too rare for kernels of their own (Exp and Log on logits, integer division, channel counts that are no multiple of 4, …) run in
 * the interpreter's loops, on float64 copies that are made once.
 */
export const fallback: Lower = (view, context) => {
  const interpretation = interpretations[view.call.kernel];
  if (!interpretation) return undefined;
  const operand = (spec: TensorSpec): Operand => ({
    spec,
    data: new Float64Array(elementCount(spec.shape)),
  });
  const inputs = view.call.inputs.map((_, i) => operand(view.inSpec(i)));
  const outputs = view.call.outputs.map((_, i) => operand(view.outSpec(i)));
  return {
    run: (at) => {
      for (const [i, { spec, data }] of inputs.entries()) {
        data.set(elements(context, spec, at.at(view.in(i))));
      }
      for (const { data } of outputs) data.fill(0);
      interpretation(inputs, outputs, view.attributes);
      for (const [i, { spec, data }] of outputs.entries()) {
        elements(context, spec, at.at(view.out(i))).set(data);
      }
    },
  };
};
