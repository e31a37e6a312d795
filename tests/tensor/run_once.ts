import type { Engine, HostArray, Program, TensorSpec } from "../../src/tensor/mod.ts";

/** Elements as an engine takes them. */
export function hostArray(spec: TensorSpec, values: ArrayLike<number>): HostArray {
  if (spec.storage || spec.dtype === "bool") return Uint8Array.from(values);
  return spec.dtype === "float32" ? Float32Array.from(values) : Int32Array.from(values);
}

/** Uploads, runs once, downloads all outputs, frees everything. */
export async function runOnce(
  engine: Engine,
  program: Program,
  values: Readonly<Record<string, ArrayLike<number>>>,
): Promise<Record<string, HostArray>> {
  const executable = await engine.prepare(program);
  const inputs = Object.fromEntries(
    Object.entries(program.inputs).map(([name, value]) => {
      const spec = program.values[value]!;
      return [name, engine.upload(spec, hostArray(spec, values[name]!))];
    }),
  );
  const outputs = await executable.run(inputs);
  const results: Record<string, HostArray> = {};
  for (const [name, tensor] of Object.entries(outputs)) {
    results[name] = await engine.download(tensor);
    engine.free(tensor);
  }
  for (const [name, tensor] of Object.entries(inputs)) {
    if (!program.state.includes(name)) engine.free(tensor);
  }
  executable.dispose();
  return results;
}
