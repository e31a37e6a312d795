/**
 * Trains the net of configs/smoke.yaml on the engine that the first argument names, with batch and number of steps as given, and writes as
 * JSON the most memory that the process held over a quarter as many steps at the end of a warm-up and at the end. For `engines_memory_test.ts`.
 *
 * Garbage is collected all through, not only before a reading: 100 MB of it would gather, and its pages would count until they are given back.
 */
import type { DeviceTensor } from "../../src/tensor/mod.ts";
import { testedEngines } from "./tested_engines.ts";
import { wholeStep } from "./whole_step.ts";

/** Steps between readings of the scalars, as in training, and between collections of garbage. */
const READ_EVERY_STEPS = 10;
/** Steps between readings of the memory, each of which starts a process. */
const MEASURE_EVERY_STEPS = 50;

const [name, batch, steps] = Deno.args;
const STEPS = Number(steps);
const WARM_UP_STEPS = 0.75 * STEPS;
const engine = await testedEngines.find((one) => one.name === name)!.open();
const step = await wholeStep({
  ...{ net: "wrn-10-1", method: "fixmatch+scssl", size: 16, batch: Number(batch) },
});
const executable = await engine.prepare(step.program);
const specs = new Map(step.inputs.map(({ name, spec }) => [name, spec]));
let state: Record<string, DeviceTensor> = Object.fromEntries(
  step.state.map(({ name, spec, initial }) => [name, engine.upload(spec, initial)]),
);
// Once for all steps, as in training.
const images = engine.upload(specs.get("images")!, step.inputsOf(0).images!);
// The process is started with --expose-gc: what JavaScript has not yet given back says nothing about the engine.
const { gc: collectGarbage } = globalThis as unknown as { gc: () => void };

const most = { early: 0, late: 0 };
const unread: DeviceTensor[] = [];
let last: number[] = [];
for (let at = 1; at <= WARM_UP_STEPS + STEPS; at++) {
  const { images: _, ...host } = step.inputsOf(at);
  const inputs = Object.fromEntries(
    Object.entries(host).flatMap(([name, data]) => {
      const spec = specs.get(name);
      return spec ? [[name, engine.upload(spec, data)]] : [];
    }),
  );
  const { scalars, ...after } = await executable.run({ ...state, ...inputs, images });
  for (const tensor of Object.values(inputs)) engine.free(tensor);
  state = after;
  unread.push(scalars!);
  if (at % READ_EVERY_STEPS === 0) {
    for (const tensor of unread.splice(0)) {
      last = [...await engine.download(tensor)];
      engine.free(tensor);
    }
    collectGarbage();
    // Buffers that belong to collected objects are freed in a later turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (at % MEASURE_EVERY_STEPS === 0) {
    const period = periodAt(at);
    if (period) most[period] = Math.max(most[period], residentBytes().own);
  }
}
const { files } = residentBytes();
engine.close();
const bytes = [most.early + files, most.late + files];
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify({ bytes, scalars: last })));

/** What is resident: the process's own memory, and pages of libraries' files, which come and go with what else the machine does. */
function residentBytes(): { readonly own: number; readonly files: number } {
  if (Deno.build.os !== "linux") return { own: Deno.memoryUsage().rss, files: 0 };
  const path = `/proc/${Deno.pid}/status`;
  const { stdout } = new Deno.Command("cat", { args: [path] }).outputSync();
  const status = new TextDecoder().decode(stdout);
  const bytesOf = (name: string) => {
    const kilobytes = new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(status)?.[1];
    if (kilobytes === undefined) throw new Error(`${path} has no ${name}`);
    return 1024 * Number(kilobytes);
  };
  return { own: bytesOf("RssAnon"), files: bytesOf("RssFile") };
}

/** The period whose readings a step belongs to, if it is near the end of the warm-up or of all. */
function periodAt(at: number): keyof typeof most | undefined {
  const span = STEPS / 4;
  if (at > WARM_UP_STEPS - span && at <= WARM_UP_STEPS) return "early";
  return at > WARM_UP_STEPS + STEPS - span ? "late" : undefined;
}
