import { relative } from "node:path";
import { Command } from "commander";
import { findCell } from "../../config/mod.ts";
import {
  explainNode,
  type Manifest,
  nodeStatus,
  type Plan,
  type PlanNode,
  shortKey,
  type Store,
} from "../../dag/mod.ts";
import { UserError } from "../../errors.ts";
import type { CellNodes } from "../../sweep/graph.ts";
import { formatBytes, formatDuration } from "../duration.ts";
import { addSelectionFlags, everyTarget, readFlags } from "../flags.ts";
import { openSession, type Session } from "../session.ts";
import { print, style } from "../terminal.ts";

export function define(): Command {
  const command = new Command("explain")
    .summary("from a number to its runs; why a key is not cached")
    .description(
      "For a cell: its runs, parameters, logs, checkpoints, commit, machine, and why they would run again. " +
        "For a key (12 characters are enough): what it stands for, and which component differs from the nearest older result.",
    )
    .argument("<cell or key>", "table1/fixmatch/c10-consistent-500, or a key");
  return addSelectionFlags(command)
    .option("--in <target>", "target or sweep file in which the key or cell is looked for")
    .action(async (what: string, options) => {
      const flags = readFlags(options);
      const targets = options.in
        ? [String(options.in)]
        : what.includes("/")
        ? [targetOf(what)]
        : everyTarget(flags);
      const session = await openSession(targets, flags);
      if (what.includes("/")) explainCell(session, what);
      else explainKey(session, what);
    });
}

/** The target whose file has a cell's table. */
function targetOf(cell: string): string {
  const table = cell.split("/")[0]!;
  return /^table[1-8]$/.test(table) ? table : "smoke";
}

function cellNodes({ selections }: Session, id: string): CellNodes {
  for (const { expanded, tables } of selections) {
    const cell = findCell(expanded, id);
    const found = tables.flatMap(({ cells }) => cells).find((nodes) => nodes.cell === cell);
    if (found) return found;
  }
  throw new UserError(`unknown cell "${id}"`);
}

function explainCell(session: Session, id: string): void {
  const { cell, runs, absent } = cellNodes(session, id);
  const { plan } = session;
  print(style("bold", id, "stdout"));
  print(`  method   ${cell.methodText}  ${JSON.stringify(cell.methodParams)}`);
  print(`  setting  ${cell.setting}  ${JSON.stringify(cell.split)}`);
  for (const { sentence } of cell.departures) print(`  departs  ${sentence}`);
  if (absent) return print(`  ${absent.code}: ${absent.reason}`);
  for (const run of runs) {
    print(`\n${style("bold", `seed ${run.seed}`, "stdout")}`);
    for (const spec of [run.train, run.evaluate]) {
      explainPlanned(plan, plan.of(plan.graph.find(spec)));
    }
  }
}

function explainKey(session: Session, key: string): void {
  if (!/^[0-9a-f]{6,64}$/.test(key)) {
    throw new UserError(
      `explain: "${key}" is neither a cell (<table>/<row>/<column>) nor a key (at least 6 hexadecimal digits).`,
    );
  }
  const { plan, store } = session;
  const planned = plan.nodes.find((node) =>
    node.node.recipe.startsWith(key) || node.key?.startsWith(key)
  );
  if (planned) return explainPlanned(plan, planned);
  const stored = storedUnder(store, key);
  if (!stored) throw new UserError(`explain: no recipe or content key begins with ${key}.`);
  print(`${stored.label}: an older result that nothing asks for now`);
  printManifest(stored, store);
  const now = plan.nodes.find(({ node }) =>
    node.label === stored.label && node.stage.name === stored.stage
  );
  if (now && now.state !== "cached") explainPlanned(plan, now);
}

function storedUnder(store: Store, key: string): Manifest | undefined {
  for (const { manifest } of store.objects()) {
    if (manifest.key.startsWith(key) || manifest.recipe.startsWith(key)) return manifest;
  }
  return undefined;
}

function explainPlanned(plan: Plan, planned: PlanNode): void {
  const { node, key, state, object } = planned;
  const keyText = key === null ? "content unknown yet" : `key ${shortKey(key)}`;
  print(`${node.label}: ${state} (recipe ${shortKey(node.recipe)}, ${keyText})`);
  if (object) return printManifest(object.manifest, plan.store);
  const { failure } = nodeStatus(plan, planned, { now: Date.now() });
  if (planned.note !== "") print(`  ${planned.note}`);
  if (failure) {
    print(`  log      ${relative(Deno.cwd(), failure.log)}`);
    for (const line of failure.lastLines) print(`  | ${line}`);
  }
  const { nearest, changes } = explainNode(plan, planned);
  if (state === "impossible") return;
  if (nearest) print(`  compared with ${shortKey(nearest.key)} of ${nearest.run.finished}:`);
  for (const change of changes) print(`  ${nearest ? "differs  " : "         "}${change}`);
}

function printManifest(manifest: Manifest, store: Store): void {
  const { run, family } = manifest;
  const folder = relative(Deno.cwd(), store.object(manifest.key, family));
  print(`  result   ${folder}`);
  for (const [name, { files }] of Object.entries(manifest.outputs)) {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    print(`    ${name}: ${files.length} files, ${formatBytes(bytes)}`);
  }
  print(`  params   ${JSON.stringify(manifest.params)}`);
  print(`  log      ${relative(Deno.cwd(), store.log(manifest.recipe))}`);
  print(
    `  made     ${run.finished} in ${formatDuration(run.wallSeconds)}, peak ${
      formatBytes(run.peakBytes)
    }, ` +
      `engine ${family}, ${run.threads} thread(s), Deno ${run.deno}`,
  );
  print(`  machine  ${JSON.stringify(run.machine)}`);
  for (const [name, note] of Object.entries(run.notes)) print(`  ${name.padEnd(8)} ${note}`);
}
