import { relative } from "node:path";
import { Command } from "commander";
import { type NodeStatus, nodeStatus, type PlanNode } from "../../dag/mod.ts";
import type { RunNodes } from "../../sweep/graph.ts";
import { addSelectionFlags, everyTarget, readFlags } from "../flags.ts";
import { describeProgress } from "../progress.ts";
import { openSession, type Session } from "../session.ts";
import { print, style } from "../terminal.ts";

const states = ["done", "running", "failed", "missing", "impossible"] as const;

/** A run of a cell and how the node that decides about it stands. */
interface RunStatus {
  readonly table: string;
  readonly cell: string;
  readonly seed: number;
  readonly status: NodeStatus;
}

export function define(): Command {
  const command = new Command("status")
    .summary("cells done, running, failed, missing")
    .description(
      "Counts runs that are done, running, failed or missing; shows the log of what failed.",
    )
    .argument("[target...]", "smoke, table1 … table8, all, or a sweep file");
  return addSelectionFlags(command).action(async (targets: string[], options) => {
    const flags = readFlags(options);
    const session = await openSession(targets.length > 0 ? targets : everyTarget(flags), flags);
    const runs = statuses(session);
    if (flags.json) return printJson(runs);
    printCounts(session, runs);
    printDetails(runs);
  });
}

/** The node of a run's chain that says how it stands: the first that is not done. */
function decide({ plan }: Session, { train, evaluate }: RunNodes): PlanNode {
  const last = plan.of(plan.graph.find(evaluate));
  if (last.state === "cached") return last;
  const first = plan.of(plan.graph.find(train));
  return first.state === "cached" ? last : first;
}

function statuses(session: Session): RunStatus[] {
  const now = Date.now();
  return session.selections.flatMap(({ tables }) => tables).flatMap(({ table, cells }) =>
    cells.flatMap(({ cell, runs }) =>
      runs.map((run) => ({
        table: table.id,
        cell: cell.id,
        seed: run.seed,
        status: nodeStatus(session.plan, decide(session, run), { now }),
      }))
    )
  );
}

function printJson(runs: readonly RunStatus[]): void {
  const counts = Object.fromEntries(
    states.map((state) => [state, runs.filter(({ status }) => status.is === state).length]),
  );
  const open = runs.filter(({ status }) => status.is !== "done");
  print(JSON.stringify({
    ...counts,
    runs: open.map(({ cell, seed, status }) => ({
      cell,
      seed,
      state: status.is,
      reason: status.failure?.message ?? status.planned.note,
      log: status.failure?.log ?? null,
      last_lines: status.failure?.lastLines ?? [],
      progress: status.progress ?? null,
    })),
  }));
}

function printCounts({ selections }: Session, runs: readonly RunStatus[]): void {
  const head = [...states, "not in this version", "quoted"];
  print(["runs".padEnd(8), ...head.map((name) => `  ${name.padStart(7)}`)].join(""));
  for (const { table, cells } of selections.flatMap(({ tables }) => tables)) {
    const own = runs.filter((run) => run.table === table.id);
    const absent = (kind: string) =>
      cells.filter(({ cell }) => cell.availability.kind === kind)
        .reduce((sum, { cell }) => sum + cell.runs.length, 0);
    const counts = [
      ...states.map((state) => own.filter(({ status }) => status.is === state).length),
      absent("missing"),
      absent("quoted"),
    ];
    const texts = counts.map((count, i) =>
      `  ${String(count).padStart(Math.max(7, head[i]!.length))}`
    );
    print([table.id.padEnd(8), ...texts].join(""));
  }
}

function printDetails(runs: readonly RunStatus[]): void {
  for (const { cell, seed, status } of runs) {
    if (status.is === "running") {
      const progress = status.progress ? describeProgress(status.progress, undefined) : "";
      print(`\n${style("cyan", "running", "stdout")} ${cell} seed ${seed}  ${progress}`);
    }
    if (!status.failure) continue;
    const { message, log, lastLines } = status.failure;
    print(`\n${style("red", "failed", "stdout")} ${cell} seed ${seed}: ${message}`);
    print(`  log: ${relative(Deno.cwd(), log)}`);
    for (const line of lastLines) print(`  | ${line}`);
  }
  const impossible = runs.filter(({ status }) => status.is === "impossible");
  for (const [reason, some] of Map.groupBy(impossible, ({ status }) => status.planned.note)) {
    print(`\n${style("yellow", "impossible", "stdout")} (${some.length} runs): ${reason}`);
  }
}
