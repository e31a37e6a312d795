import { Command } from "commander";
import { countNodes, explainNode, type PlanNode } from "../../dag/mod.ts";
import { estimate } from "../../sweep/estimate.ts";
import { formatBytes, formatDuration } from "../duration.ts";
import { addSelectionFlags, readFlags } from "../flags.ts";
import { openSession, type Session } from "../session.ts";
import { columns, print, style } from "../terminal.ts";

export function define(): Command {
  const command = new Command("plan")
    .summary("what would run and why; starts nothing")
    .description(
      "Shows what would run and why, what is done, and the time it takes at measured speed.",
    )
    .argument("<target...>", "smoke, table1 … table8, all, or a sweep file");
  return addSelectionFlags(command).option("--all", "list every node", false)
    .action(async (targets: string[], options) => {
      const flags = readFlags(options);
      const session = await openSession(targets, flags);
      if (flags.json) printJson(session);
      else printText(session, { all: options.all === true });
    });
}

/** Nodes that are asked for. */
function wanted({ plan }: Session): PlanNode[] {
  return plan.nodes.filter((node) => node.wanted);
}

/** Why a node is in its state, in one line. */
function reasonOf(session: Session, planned: PlanNode): string {
  if (planned.state === "cached") return "";
  if (planned.note !== "") return planned.note;
  return explainNode(session.plan, planned).changes.join("; ");
}

function printJson(session: Session): void {
  const nodes = wanted(session).map((planned) => ({
    stage: planned.node.stage.name,
    recipe: planned.node.recipe,
    key: planned.key,
    cells: planned.node.cells,
    state: planned.state,
    reason: reasonOf(session, planned),
  }));
  print(JSON.stringify({ ...countNodes(session.plan), nodes }));
}

const stateStyles = {
  cached: "green",
  ready: "cyan",
  waiting: "dim",
  running: "cyan",
  failed: "red",
  impossible: "yellow",
} as const;

/** Lines printed for one stage and state before the rest is only counted. */
const shownNodes = 6;

function printText(session: Session, { all }: { readonly all: boolean }): void {
  const groups = Map.groupBy(wanted(session), ({ node, state }) => `${node.stage.name}\n${state}`);
  const width = columns();
  for (const [group, nodes] of groups) {
    const [stage, state] = group.split("\n") as [string, PlanNode["state"]];
    const head = `${String(nodes.length).padStart(5)} ${stage}  ${state}`;
    print(style(stateStyles[state], head, "stdout"));
    if (state === "cached" && !all) continue;
    // What a node waits for is the stage above it in this list.
    const byReason = Map.groupBy(
      nodes,
      (planned) => state === "waiting" && !all ? "" : reasonOf(session, planned),
    );
    for (const [reason, some] of byReason) {
      if (all) {
        for (const { node } of some) print(`        ${node.recipe.slice(0, 12)} ${node.label}`);
      } else {
        const names = some.slice(0, shownNodes).map(({ node }) =>
          node.label.replace(`${stage} `, "")
        );
        const more = some.length - names.length;
        print(fit(`        ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`, width));
      }
      if (reason !== "") print(fit(`          ${reason}`, width));
    }
  }
  printUnavailable(session, width);
  const counts = countNodes(session.plan);
  print(`${counts.run} to run, ${counts.cached} cached, ${counts.impossible} impossible`);
  const { seconds, bytes, unknown } = estimate(session.plan);
  if (seconds > 0) {
    print(
      `about ${formatDuration(seconds)} of one worker's time, ${
        formatBytes(bytes)
      } of disk, at the speed measured here`,
    );
  }
  if (unknown > 0) {
    print(
      `no run of the same size is in the store yet for ${unknown} trainings: their time is unknown`,
    );
  }
}

/** Cells that no node stands for, because this version lacks something that they need. */
function printUnavailable({ selections }: Session, width: number): void {
  const cells = selections.flatMap(({ tables }) => tables.flatMap((table) => table.cells));
  const missing = cells.filter(({ cell }) => cell.availability.kind === "missing");
  if (missing.length === 0) return;
  print(
    style("yellow", `${String(missing.length).padStart(5)} cells  not in this version`, "stdout"),
  );
  const lacks = missing.flatMap(({ cell }) =>
    cell.availability.kind === "missing" ? cell.availability.missing : []
  );
  for (const [what, some] of Map.groupBy(lacks, (lack) => lack.what)) {
    const names = [...new Set(some.map(({ name }) => name))];
    print(fit(`        ${what}: ${names.join(", ")}`, width));
  }
}

function fit(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
