import { Command } from "commander";
import { countNodes, explainNode, type PlanNode, shortKey } from "../../dag/mod.ts";
import { estimate } from "../../sweep/estimate.ts";
import { count, joinSeeds } from "../describe.ts";
import { formatBytes, formatDuration } from "../duration.ts";
import { cutEnd, wrap } from "../fit.ts";
import { engineAdvice } from "../engine_choice.ts";
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
  return addSelectionFlags(command).option("--all", "list every node")
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

/** Names printed for one stage and state before the rest is only counted. */
const shownNames = 6;

/** Length of a reason, in lines; `explain` gives all of it. */
const reasonLines = 3;

function printText(session: Session, { all }: { readonly all: boolean }): void {
  const width = columns();
  const inOrder = wanted(session).toSorted((a, b) => a.node.depth - b.node.depth);
  const groups = Map.groupBy(inOrder, ({ node, state }) => `${node.stage.name}\n${state}`);
  for (const nodes of groups.values()) {
    const { state, node: { stage } } = nodes[0]!;
    const head = `${String(nodes.length).padStart(5)} ${stage.name}  ${state}`;
    print(style(stateStyles[state], head, "stdout"));
    if (all) printNodes(session, nodes);
    else if (state !== "cached") printNames(session, nodes);
  }
  printUnavailable(session, width);
  const counts = countNodes(session.plan);
  print(`${counts.run} to run, ${counts.cached} cached, ${counts.impossible} impossible`);
  const { seconds, bytes, unknown } = estimate(session.plan);
  if (seconds > 0) {
    const cost = `${formatDuration(seconds)} of one worker's time and ${
      formatBytes(bytes)
    } of disk`;
    print(wrap(`about ${cost}, at the speed measured here`, { width, indent: "" }));
  }
  if (unknown > 0) {
    print(`not counted: ${count(unknown, "training")} of a size that was not measured here yet`);
  }
  const { fault, family } = session.engine;
  if (fault !== null) {
    print(wrap(`the engine "${family}" cannot be used: ${fault}`, { width, indent: "" }));
  }
  for (const line of engineAdvice(session.engine, session.plan)) {
    print(wrap(line, { width, indent: "" }));
  }
}

/** Every node of a group with its reason. */
function printNodes(session: Session, nodes: readonly PlanNode[]): void {
  for (const planned of nodes) {
    print(`        ${shortKey(planned.node.recipe)} ${planned.node.label}`);
    printReason(reasonOf(session, planned), columns());
  }
}

/** The names of a group, by reason. What a node has from the stage above it in this list is not said again. */
function printNames(session: Session, nodes: readonly PlanNode[]): void {
  const width = columns();
  const own = nodes.filter(({ node, state }) =>
    state !== "impossible" || node.impossible !== undefined
  );
  const byReason = Map.groupBy(
    own,
    (planned) => planned.state === "waiting" ? "" : reasonOf(session, planned),
  );
  for (const [reason, some] of byReason) {
    const names = joinSeeds(some.map(({ node }) => node.label.replace(`${node.stage.name} `, "")));
    const more = names.length - shownNames;
    const text = names.slice(0, shownNames).join("; ") + (more > 0 ? ` and ${more} more` : "");
    print(wrap(text, { width, indent: " ".repeat(8) }));
    printReason(reason, width);
  }
}

function printReason(reason: string, width: number): void {
  if (reason === "") return;
  const text = reason.replace(/^impossible: /, "");
  print(wrap(cutEnd(text, reasonLines * width), { width, indent: " ".repeat(10) }));
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
    print(wrap(`${what}: ${names.join(", ")}`, { width, indent: " ".repeat(8) }));
  }
}
