import { createMethod } from "../methods/registry.ts";

/** The name of the output that a method is judged by. */
export async function primaryOutput(
  method: string,
  { params, classes }: { readonly params: unknown; readonly classes: number },
): Promise<string> {
  // Any counts do: names do not depend on them.
  const labelledCounts = Array.from({ length: classes }, (_, rank) => classes - rank);
  const { primary } = await createMethod(method, { params, context: { classes, labelledCounts } });
  return primary;
}
