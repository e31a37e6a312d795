import { Command } from "commander";
import { dependencies } from "../../dag/graph.ts";
import { type NodeStatus, nodeStatus, type PlanNode } from "../../dag/mod.ts";
import type { RunNodes } from "../../sweep/graph.ts";
import { type Interruption, interruptionOf } from "../../sweep/interruption.ts";
import { addSelectionFlags, everyTarget, readFlags } from "../flags.ts";
import { count, joinSeeds, showPath } from "../describe.ts";
import { cutEnd, wrap } from "../fit.ts";
import { describeProgress } from "../progress.ts";
import { openSession, type Session } from "../session.ts";
import { columns, print, style } from "../terminal.ts";

const states = ["done", "running", "failed", "missing", "impossible"] as const;

/** A run of a cell and how the node that decides about it stands. */
interface RunStatus {
  readonly table: string;
  readonly cell: string;
  readonly seed: number;
  readonly status: NodeStatus;
  /** For a missing run: a training of it that was begun. */
  readonly stopped: Interruption | undefined;
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

/** The node of a run's chain that says how it stands: what failed or runs, was interrupted, else the end of the chain. */
function decide({ plan }: Session, { evaluate }: RunNodes): [PlanNode, Interruption?] {
  const last = plan.of(plan.graph.find(evaluate));
  if (last.state === "cached") return [last];
  const chain = new Set([last.node]);
  for (const node of chain) {
    for (const input of dependencies(node.inputs)) chain.add(input);
  }
  const nodes = [...chain].map((node) => plan.of(node));
  const active = nodes.find(({ state }) => state === "failed") ??
    nodes.find(({ state }) => state === "running");
  if (active) return [active];
  for (const node of nodes) {
    const stopped = interruptionOf(plan, node);
    if (stopped) return [node, stopped];
  }
  return [last];
}

function statuses(session: Session): RunStatus[] {
  const now = Date.now();
  return session.selections.flatMap(({ tables }) => tables).flatMap(({ table, cells }) =>
    cells.flatMap(({ cell, runs }) =>
      runs.map((run) => {
        const [node, stopped] = decide(session, run);
        const status = nodeStatus(session.plan, node, { now });
        return { table: table.id, cell: cell.id, seed: run.seed, status, stopped };
      })
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
    runs: open.map(({ cell, seed, status, stopped }) => ({
      cell,
      seed,
      state: status.is,
      reason: status.failure?.message ?? stopped?.text ?? status.planned.note,
      log: status.failure?.log ?? stopped?.log ?? null,
      checkpoint: stopped?.checkpoint ?? null,
      last_lines: status.failure?.lastLines ?? [],
      progress: status.progress ??
        (stopped ? { done: stopped.step, total: stopped.steps, unit: "steps" } : null),
    })),
  }));
}

/** One line a table; columns that are empty in all of them are left out. */
function printCounts({ selections }: Session, runs: readonly RunStatus[]): void {
  const rows = selections.flatMap(({ tables }) => tables).map(({ table, cells }) => {
    const own = runs.filter((run) => run.table === table.id);
    const absent = (kind: string) =>
      cells.filter(({ cell }) => cell.availability.kind === kind)
        .reduce((sum, { cell }) => sum + cell.runs.length, 0);
    const counts = states.map((state) => own.filter(({ status }) => status.is === state).length);
    return { id: table.id, counts: [...counts, absent("missing"), absent("quoted")] };
  });
  const head = [...states, "unavailable", "quoted"];
  const shown = head.map((name, i) => ({ name, i })).filter(({ name, i }) =>
    name === "done" || name === "missing" || rows.some(({ counts }) => counts[i]! > 0)
  );
  const idWidth = Math.max(4, ...rows.map(({ id }) => id.length));
  const line = (id: string, texts: readonly string[]) =>
    [id.padEnd(idWidth), ...texts.map((text, i) => text.padStart(shown[i]!.name.length))].join(
      "  ",
    );
  print(line("runs", shown.map(({ name }) => name)));
  for (const { id, counts } of rows) print(line(id, shown.map(({ i }) => String(counts[i]))));
  if (shown.some(({ name }) => name === "unavailable")) {
    print(
      wrap("unavailable: this version lacks something that they need; `deno task plan` says what", {
        width: columns(),
        indent: "",
      }),
    );
  }
}

function printDetails(runs: readonly RunStatus[]): void {
  for (const { cell, seed, status } of runs) {
    if (status.is !== "running") continue;
    const progress = status.progress ? describeProgress(status.progress, undefined) : "";
    print(`\n${style("cyan", "running", "stdout")} ${cell} seed ${seed}  ${progress}`);
  }
  const stopped = runs.filter((run) => run.stopped !== undefined);
  for (const some of Map.groupBy(stopped, ({ status }) => status.planned.node).values()) {
    const { status: { planned: { node } }, stopped } = some[0]!;
    print(`\n${style("yellow", "interrupted", "stdout")} ${node.label}`);
    print(wrap(stopped!.text, { width: columns(), indent: "  " }));
    print(wrap(`needed by ${namesOf(some)}`, { width: columns(), indent: "  " }));
    print(`  log: ${showPath(stopped!.log)}`);
    print(`  checkpoint: ${showPath(stopped!.checkpoint)}`);
  }
  const failed = runs.filter(({ status }) => status.failure !== undefined);
  for (const some of Map.groupBy(failed, ({ status }) => status.planned.node).values()) {
    const { planned: { node }, failure } = some[0]!.status;
    print(`\n${style("red", "failed", "stdout")} ${node.label}`);
    print(wrap(failure!.message, { width: columns(), indent: "  " }));
    print(wrap(`needed by ${namesOf(some)}`, { width: columns(), indent: "  " }));
    print(`  log: ${showPath(failure!.log)}`);
    for (const text of plainLines(failure!)) print(cutEnd(`  | ${text}`, columns()));
  }
  const impossible = runs.filter(({ status }) => status.is === "impossible");
  for (const [reason, some] of Map.groupBy(impossible, ({ status }) => status.planned.note)) {
    print(`\n${style("yellow", "impossible", "stdout")} (${count(some.length, "run")})`);
    print(wrap(reason.replace(/^impossible: /, ""), { width: columns(), indent: "  " }));
  }
}

/** The end of a log without what was said already and without the stack trace, which the log has. */
function plainLines({ message, lastLines }: NonNullable<NodeStatus["failure"]>): string[] {
  return lastLines.filter((text) => !/^\s+at /.test(text) && !text.includes(message));
}

/** The first few runs by cell, and how many more there are. */
function namesOf(runs: readonly RunStatus[]): string {
  const names = joinSeeds(runs.map(({ cell, seed }) => `${cell} seed ${seed}`));
  const more = names.length - 3;
  return names.slice(0, 3).join("; ") + (more > 0 ? ` and ${count(more, "cell")} more` : "");
}
