/**
 * Time of a training step of every method with unlabelled images, relative to FixMatch, on the `wasm` engine with one thread. FixMatch
 * is measured before and after each method, so that what else the machine does weighs on both. `deno task bench methods [--json]`.
 */
import { methodIds, methodUsesUnlabelled } from "../src/methods/registry.ts";
import { timeStep } from "../src/sweep/time_step.ts";

interface Row {
  readonly engine: string;
  readonly net: string;
  /** Images of a joint forward. */
  readonly batch: number;
  readonly method: string;
  /** Median of the steps. */
  readonly ms: number;
  /** Over the mean of FixMatch's medians before and after. */
  readonly relative: number;
}

const size = { net: "wrn-10-1", batch: 32, steps: 5 } as const;

/** Each row as soon as it is measured. */
async function* measure(methods: readonly string[]): AsyncGenerator<Row> {
  let before = await timeStep({ ...size, method: "fixmatch" });
  for (const method of methods) {
    const own = await timeStep({ ...size, method });
    const after = await timeStep({ ...size, method: "fixmatch" });
    const base = (before.milliseconds + after.milliseconds) / 2;
    before = after;
    yield {
      engine: "wasm",
      net: own.net,
      batch: own.batch,
      method,
      ms: Math.round(own.milliseconds * 10) / 10,
      relative: Math.round((own.milliseconds / base) * 1000) / 1000,
    };
  }
}

if (import.meta.main) {
  const json = Deno.args.includes("--json");
  const write = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
  const rows: Row[] = [];
  for await (const row of measure(methodIds().filter(methodUsesUnlabelled))) {
    rows.push(row);
    const { method, net, batch, ms, relative } = row;
    if (json) continue;
    write(
      `${method.padEnd(22)} ${net} ${batch} images  ${String(ms).padStart(7)} ms/step  ` +
        `${relative.toFixed(2)} × FixMatch`,
    );
  }
  if (json) write(JSON.stringify(rows));
}
