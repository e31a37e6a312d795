/** What a step costs besides its work: 160 state tensors that nothing is done to. `deno bench -A tests/tensor/xla/`. */
import { type DeviceTensor, record } from "../../../src/tensor/mod.ts";
import { f32 } from "../kernel_case.ts";
import { openXla } from "./installed.ts";

const engine = await openXla();
const specs = Object.fromEntries(Array.from({ length: 160 }, (_, i) => [`state${i}`, f32(16)]));
const executable = await engine.prepare(record(specs, (tensors) => ({ ...tensors })));
let state: Record<string, DeviceTensor> = Object.fromEntries(
  Object.entries(specs).map(([name, spec]) => [name, engine.upload(spec, new Float32Array(16))]),
);

Deno.bench("step of 160 state tensors and no work", async () => {
  state = await executable.run(state);
});
