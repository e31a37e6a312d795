/**
 * Time, processor time and memory of a whole FixMatch step (views, joint forward, gradients, SGD, averages, statistics) on every
 * engine that is installed, and beside them PyTorch's, without views and averages. `deno task bench step [--json]`.
 *
 * Each is a process of its own; they take turns, so that the machine's other work falls on all alike. The nets are WRN-28-2 with 64 + 128 + 128
 * images, WRN-10-1 with 32 + 64 + 64, and none: what a step of 160 state tensors costs besides its work.
 *
 * For PyTorch, `--python` or `PYTHON` names a Python that has it (default python3).
 */
import { availableParallelism } from "node:os";
import { isPipeline } from "../src/augment/pipeline.ts";
import { UserError } from "../src/errors.ts";
import { listed, runBenchmark, type Values, wholeNumber, writeLine } from "./benchmark.ts";
import { type Device, measureCase, type StepCase } from "./step_case.ts";
import { type StepRow, stepTable } from "./step_row.ts";
import { figures } from "./table.ts";

const CASES: readonly StepCase[] = [
  { net: "wrn-28-2", batch: 64, depth: 28, width: 2 },
  { net: "wrn-10-1", batch: 32, depth: 10, width: 1 },
  { net: "none", batch: 0 },
];
const NETS = CASES.map(({ net }) => net);
const TAKING_PART = ["wasm", "tensorflow", "xla", "pytorch"] as const;
const DEVICES: readonly Device[] = ["cpu", "cuda"];
const OPTIONS = [
  ...["engine", "net", "device"] as const,
  ...["batch", "threads", "rounds", "strong", "python"] as const,
] as const;

async function run(values: Values<typeof OPTIONS[number]>): Promise<void> {
  const taking = listed(values.engine, { name: "engine", known: TAKING_PART });
  const nets = listed(values.net, { name: "net", known: NETS });
  const rounds = wholeNumber(values.rounds, { name: "rounds", fallback: 7 });
  const strong = values.strong ?? "randaugment";
  if (!isPipeline(strong)) {
    throw new UserError(`--strong: expected a pipeline such as "randaugment", found "${strong}"`);
  }
  const options = {
    engines: taking.filter((name) => name !== "pytorch"),
    peer: taking.includes("pytorch"),
    devices: listed(values.device, { name: "device", known: DEVICES }),
    threads: wholeNumber(values.threads, { name: "threads", fallback: availableParallelism() }),
    rounds,
    strong,
    python: values.python ?? Deno.env.get("PYTHON") ?? "python3",
    onTurn: (name: string, { round, ms }: { readonly round: number; readonly ms: number }) => {
      if (!Deno.stderr.isTerminal()) return;
      const text = `round ${round} of ${rounds}: ${name} ${figures(ms)} ms\n`;
      Deno.stderr.writeSync(new TextEncoder().encode(text));
    },
  };
  const all: StepRow[] = [];
  for (const one of CASES.filter(({ net }) => nets.includes(net))) {
    const batch = one.net === "none"
      ? 0
      : wholeNumber(values.batch, { name: "batch", fallback: one.batch });
    const rows = await measureCase({ ...one, batch }, options);
    all.push(...rows);
    if (values.json) continue;
    for (const line of stepTable(rows, rounds)) writeLine(line);
    writeLine("");
  }
  if (values.json) writeLine(JSON.stringify(all));
}

if (import.meta.main) await runBenchmark(OPTIONS, run);
