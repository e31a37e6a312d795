import { Command } from "commander";
import { countNodes, explainNode, type PlanNode, shortKey } from "../../dag/mod.ts";
import { estimate } from "../../sweep/estimate.ts";
import { interruptionOf } from "../../sweep/interruption.ts";
import { unavailableRuns } from "../../sweep/unavailable.ts";
import { count, joinSeeds, showPath } from "../describe.ts";
import { formatBytes, formatDuration } from "../duration.ts";
import { fitList, wrap } from "../fit.ts";
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

/** Why a node is in its state: one reason an entry. */
function reasonsOf({ plan }: Session, planned: PlanNode): readonly string[] {
  if (planned.state === "cached") return [];
  const stopped = planned.state === "failed" ? undefined : interruptionOf(plan, planned);
  if (stopped) {
    const { text, log, checkpoint } = stopped;
    return [`${text}; log ${showPath(log)}; checkpoint ${showPath(checkpoint)}`];
  }
  if (planned.note !== "") return [planned.note];
  return explainNode(plan, planned).changes;
}

/** Nodes that run, are done and are impossible; a run that this version cannot make is one more of the latter. */
function counts({ plan, selections }: Session) {
  const { run, cached, impossible } = countNodes(plan);
  const unavailable = selections.flatMap(({ tables }) => unavailableRuns(tables)).length;
  return { run, cached, impossible: impossible + unavailable };
}

function printJson(session: Session): void {
  const nodes = wanted(session).map((planned) => ({
    stage: planned.node.stage.name,
    recipe: planned.node.recipe,
    key: planned.key,
    cells: planned.node.cells,
    state: planned.state,
    reason: reasonsOf(session, planned).join("; "),
  }));
  const unavailable = session.selections.flatMap(({ tables }) => unavailableRuns(tables))
    .map(({ cell, seed, reason }) => ({
      stage: "train",
      recipe: null, // what it would be made of is not known here
      key: null,
      cells: [cell.id],
      state: "impossible",
      reason: `${reason} (seed ${seed})`,
    }));
  print(JSON.stringify({ ...counts(session), nodes: [...nodes, ...unavailable] }));
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
  const { run, cached, impossible } = counts(session);
  print(`${run} to run, ${cached} cached, ${impossible} impossible`);
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
    printReasons(reasonsOf(session, planned));
  }
}

/** The names of a group, by reason. What a node has from the stage above it in this list is not said again. */
function printNames(session: Session, nodes: readonly PlanNode[]): void {
  const width = columns();
  const own = nodes.filter(({ node, state }) =>
    state !== "impossible" || node.impossible !== undefined
  );
  const isSaid = (node: PlanNode) =>
    node.state === "waiting" && interruptionOf(session.plan, node) === undefined;
  const reasons = new Map(own.map((node) => [node, isSaid(node) ? [] : reasonsOf(session, node)]));
  for (const some of Map.groupBy(own, (node) => reasons.get(node)!.join("; ")).values()) {
    const names = joinSeeds(some.map(({ node }) => node.label.replace(`${node.stage.name} `, "")));
    const more = names.length - shownNames;
    const text = names.slice(0, shownNames).join("; ") + (more > 0 ? ` and ${more} more` : "");
    print(wrap(text, { width, indent: " ".repeat(8) }));
    printReasons(reasons.get(some[0]!)!);
  }
}

function printReasons(reasons: readonly string[]): void {
  if (reasons.length === 0) return;
  const width = columns();
  const texts = reasons.map((text) => text.replace(/^impossible: /, ""));
  const text = fitList(texts, { separator: "; ", width: reasonLines * (width - 10) });
  print(wrap(text, { width, indent: " ".repeat(10) }));
}

/** Cells that no node stands for, because this version lacks something that they need. */
function printUnavailable({ selections }: Session, width: number): void {
  const cells = selections.flatMap(({ tables }) => tables.flatMap((table) => table.cells));
  const missing = cells.filter(({ cell }) => cell.availability.kind === "missing");
  if (missing.length === 0) return;
  const head = `${String(missing.length).padStart(5)} ${missing.length === 1 ? "cell" : "cells"}`;
  print(style("yellow", `${head}  not in this version`, "stdout"));
  const lacks = missing.flatMap(({ cell }) =>
    cell.availability.kind === "missing" ? cell.availability.missing : []
  );
  for (const [what, some] of Map.groupBy(lacks, (lack) => lack.what)) {
    const names = [...new Set(some.map(({ name }) => name))];
    print(wrap(`${what}: ${names.join(", ")}`, { width, indent: " ".repeat(8) }));
  }
}
