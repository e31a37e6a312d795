/**
 * What the pipeline itself costs: 961 trivial nodes (24 prepare, 312 cells of train -> calibrate -> evaluate, 1
 * tabulate), cold, with nothing to do, and after one cell's parameter has changed. Each in a process of its own, whose
 * whole life is counted. `deno task bench graph [--json]`.
 */
import { fileURLToPath } from "node:url";
import {
  type EngineChoice,
  execute,
  makePlan,
  type NodeSpec,
  openProject,
  type Stage,
} from "../src/dag/mod.ts";
import { currentUsage } from "../src/dag/usage.ts";
import { calibrate, evaluate, prepare, tabulate, train } from "./graph_stages.ts";

const prepares = 24;
const cells = 312;
const tests = ["cold", "no-op", "one-parameter"] as const;
const engine: EngineChoice = { family: "wasm", given: false };

/** One measurement. */
export interface GraphRow {
  readonly test: typeof tests[number];
  readonly wall_s: number;
  /** Of the process and its workers. */
  readonly cpu_s: number;
  /** Of the process; a worker's is `worker_peak_mb`. */
  readonly peak_mb: number;
  readonly worker_peak_mb: number;
  readonly nodes_run: number;
}

/** The graph; `changed` is another value for the parameter of one training. */
export function benchGraph(changed?: number): NodeSpec {
  const node = (stage: Stage, value: number, from: NodeSpec["inputs"], cell: string): NodeSpec => ({
    stage,
    params: { value },
    inputs: from,
    label: `${stage.name} ${cell}`,
    cells: [cell],
  });
  const prepared = Array.from({ length: prepares }, (_, i) => node(prepare, i, {}, `set${i}`));
  const evaluated = Array.from({ length: cells }, (_, i) => {
    const cell = `cell${i}`;
    const value = i === 0 && changed !== undefined ? changed : i;
    const trained = node(
      train,
      value,
      { from: { node: prepared[i % prepares]!, output: "out" } },
      cell,
    );
    const calibrated = node(calibrate, 0, { from: { node: trained, output: "out" } }, cell);
    return node(evaluate, 0, { from: { node: calibrated, output: "out" } }, cell);
  });
  const list = evaluated.map((cell) => ({ node: cell, output: "out" }));
  return node(tabulate, 0, { cells: list }, "table");
}

async function measureHere(store: string, changed: number | undefined): Promise<void> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const plan = makePlan([benchGraph(changed)], { ...openProject(root, { store }), engine });
  const outcome = await execute(plan, { jobs: 2, threads: 1 });
  const { cpuSeconds, peakBytes } = currentUsage();
  const measured = {
    cpu_s: cpuSeconds + outcome.workerCpuSeconds,
    peak_mb: peakBytes / 1e6,
    worker_peak_mb: outcome.workerPeakBytes / 1e6,
    nodes_run: outcome.ran.length,
  };
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(measured)));
}

async function measure(test: GraphRow["test"], store: string): Promise<GraphRow> {
  const started = performance.now();
  const permissions = ["read", "write", "run", "ffi", "sys", "env"].map((name) =>
    `--allow-${name}`
  );
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...permissions, import.meta.url, test, store],
    cwd: fileURLToPath(new URL("..", import.meta.url)),
  }).output();
  const wall_s = (performance.now() - started) / 1000;
  const decoder = new TextDecoder();
  if (!success) throw new Error(`internal: ${test}: ${decoder.decode(stderr)}`);
  const measured = JSON.parse(decoder.decode(stdout)) as Omit<GraphRow, "test" | "wall_s">;
  return { test, wall_s, ...measured };
}

/** Measures all three tests in a store of their own. */
export async function benchmarkGraph(): Promise<GraphRow[]> {
  const store = await Deno.makeTempDir({ prefix: "retable-bench-" });
  try {
    const rows: GraphRow[] = [];
    for (const test of tests) {
      const row = await measure(test, store);
      const round = (value: number) => Math.round(value * 1000) / 1000;
      const { wall_s, cpu_s, peak_mb, worker_peak_mb, nodes_run } = row;
      rows.push({
        test,
        wall_s: round(wall_s),
        cpu_s: round(cpu_s),
        peak_mb: round(peak_mb),
        worker_peak_mb: round(worker_peak_mb),
        nodes_run,
      });
    }
    return rows;
  } finally {
    await Deno.remove(store, { recursive: true });
  }
}

if (import.meta.main) {
  const [test, store] = Deno.args;
  if (store !== undefined) {
    await measureHere(store, test === "one-parameter" ? 1000 : undefined);
  } else {
    const rows = await benchmarkGraph();
    const text = Deno.args.includes("--json")
      ? JSON.stringify(rows, undefined, 2)
      : rows.map((row) => Object.entries(row).map(([name, value]) => `${name} ${value}`).join("  "))
        .join("\n");
    await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
  }
}
