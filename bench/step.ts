/**
 * Time of a whole training step (views, joint forward, gradients, SGD, EMA, statistics) on the `wasm` engine, one thread, each row
 * in a process of its own. `deno task bench step [--json]`.
 */
import { timeStep } from "../src/sweep/time_step.ts";

interface Row {
  readonly engine: string;
  readonly device: string;
  readonly method: string;
  readonly net: string;
  /** Images of a joint forward: labelled, weak and strong views. */
  readonly batch: number;
  /** Median of the steps. */
  readonly ms: number;
  /** From recording to ready. */
  readonly prepare_ms: number;
  readonly peak_mb: number;
}

const cases = [
  { net: "wrn-10-1", batch: 32, steps: 9, method: "supervised" },
  { net: "wrn-10-1", batch: 32, steps: 9, method: "fixmatch" },
  { net: "wrn-10-1", batch: 32, steps: 9, method: "fixmatch+scssl" },
  { net: "wrn-28-2", batch: 64, steps: 3, method: "fixmatch" },
] as const;

async function measure(index: number): Promise<Row> {
  const { net, batch, milliseconds, prepareMilliseconds } = await timeStep(cases[index]!);
  const peakBytes = Deno.memoryUsage().rss;
  return {
    engine: "wasm",
    device: "cpu",
    method: cases[index]!.method,
    net,
    batch,
    ms: Math.round(milliseconds * 10) / 10,
    prepare_ms: Math.round(prepareMilliseconds),
    peak_mb: Math.round(peakBytes / 1e6),
  };
}

async function inOwnProcess(index: number): Promise<Row> {
  const { stdout, code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-read",
      "--allow-env",
      "--allow-sys",
      import.meta.url,
      `--case=${index}`,
    ],
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error(`case ${index} ended with ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

if (import.meta.main) {
  const own = Deno.args.find((argument) => argument.startsWith("--case="));
  const write = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
  if (own) {
    write(JSON.stringify(await measure(Number(own.slice(7)))));
  } else {
    const rows: Row[] = [];
    for (const index of cases.keys()) rows.push(await inOwnProcess(index));
    if (Deno.args.includes("--json")) write(JSON.stringify(rows));
    else {
      for (const row of rows) {
        write(
          `${row.method.padEnd(16)} ${row.net} ${String(row.batch).padStart(4)} images  ` +
            `${row.ms} ms/step  ready after ${row.prepare_ms} ms  ${row.peak_mb} MB`,
        );
      }
    }
  }
}
