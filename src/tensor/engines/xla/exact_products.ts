import type { KernelCall, Program } from "../../program.ts";

const WHOLE: ReadonlySet<string> = new Set(["Floor", "Ceil", "Round"]);
const SUMS: ReadonlySet<string> = new Set(["Add", "Sub"]);

/**
 * Products that are added to something which is then made whole. XLA's CPU back end may leave out the rounding of such a product, and a
 * pixel could come out different by one; all others gain by it.
 */
export function exactProducts(program: Program): ReadonlySet<KernelCall> {
  const makers = new Map<number, KernelCall>();
  for (const call of program.calls) for (const value of call.outputs) makers.set(value, call);
  const made = (call: KernelCall, kernels: ReadonlySet<string>) =>
    call.inputs.flatMap((value) => {
      const maker = makers.get(value);
      return maker && kernels.has(maker.kernel) ? [maker] : [];
    });
  const isWhole = ({ kernel, attributes }: KernelCall) =>
    WHOLE.has(kernel) || (kernel === "Cast" && attributes.dtype === "int32");
  return new Set(
    program.calls.filter(isWhole)
      .flatMap((call) => made(call, SUMS))
      .flatMap((sum) => made(sum, new Set(["Multiply"]))),
  );
}
