/**
 * Trains the net of configs/smoke.yaml on the engine that the first argument names, with batch and number of steps as given, and writes as
 * JSON the process's memory at the end of a warm-up three quarters as long and at the end of the steps, each as the least of 25 readings: what is held always,
 * without the young objects for which JavaScript takes and returns pages at any time. For `engines_memory_test.ts`.
 */
import type { DeviceTensor } from "../../src/tensor/mod.ts";
import { testedEngines } from "./tested_engines.ts";
import { wholeStep } from "./whole_step.ts";

/** Steps between readings of the scalars, as in training, and of the memory. */
const READ_EVERY_STEPS = 10;
const READINGS = 25;

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

let fileBytes = 0;
const least = { early: Infinity, late: Infinity };
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
    const period = periodAt(at);
    if (period) {
      collectGarbage();
      least[period] = Math.min(least[period], residentBytes());
    }
  }
}
engine.close();
const bytes = [least.early, least.late];
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify({ bytes, scalars: last })));

/** What is resident; of the pages of libraries' files, which come and go with what else the machine does, the most so far. */
function residentBytes(): number {
  if (Deno.build.os !== "linux") return Deno.memoryUsage().rss;
  const path = `/proc/${Deno.pid}/status`;
  const { stdout } = new Deno.Command("cat", { args: [path] }).outputSync();
  const status = new TextDecoder().decode(stdout);
  const bytesOf = (name: string) => {
    const kilobytes = new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(status)?.[1];
    if (kilobytes === undefined) throw new Error(`${path} has no ${name}`);
    return 1024 * Number(kilobytes);
  };
  fileBytes = Math.max(fileBytes, bytesOf("RssFile"));
  return bytesOf("RssAnon") + fileBytes;
}

/** The period whose readings a step belongs to, if it is near the end of the warm-up or of all. */
function periodAt(at: number): keyof typeof least | undefined {
  const span = READINGS * READ_EVERY_STEPS;
  if (at > WARM_UP_STEPS - span && at <= WARM_UP_STEPS) return "early";
  return at > WARM_UP_STEPS + STEPS - span ? "late" : undefined;
}
