import { join } from "node:path";
import { Command } from "commander";
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
import { readMetrics } from "../../report/metrics.ts";
import type { ImportedRun } from "../../sweep/imported_cells.ts";
import type { CellNodes, RunNodes } from "../../sweep/graph.ts";
import { interruptionOf } from "../../sweep/interruption.ts";
import { cellNodes, targetOf } from "../cell_nodes.ts";
import { count, showParams, showPath } from "../describe.ts";
import { formatBytes, formatDuration } from "../duration.ts";
import { nodeJson, resultJson } from "../explain_json.ts";
import { wrap } from "../fit.ts";
import { addSelectionFlags, everyTarget, readFlags } from "../flags.ts";
import { openSession, type Session } from "../session.ts";
import { columns, print, style } from "../terminal.ts";

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
      if (what.includes("/")) await explainCell(session, what);
      else explainKey(session, what);
    });
}

/** A line with its name in front; what does not fit goes on below it. */
function field(name: string, text: string): void {
  const indent = " ".repeat(11);
  const wrapped = wrap(text, { width: columns(), indent });
  print(`  ${name.padEnd(8)} ${wrapped.slice(indent.length)}`);
}

async function explainCell(session: Session, id: string): Promise<void> {
  const nodes = cellNodes(session, id);
  const { cell, runs, absent, imported } = nodes;
  const { plan } = session;
  if (session.flags.json) return print(JSON.stringify(await cellJson(plan, nodes)));
  print(style("bold", id, "stdout"));
  const params = showParams(cell.methodParams);
  field("method", `${cell.methodText}${params === "" ? "" : `: ${params}`}`);
  field("setting", `${cell.setting}: ${showParams(cell.split)}`);
  for (const { sentence } of cell.departures) field("departs", sentence);
  if (absent) {
    field("no run", `${absent.code}: ${absent.reason}`);
    for (const each of imported) explainImported(each, { hasOwn: false });
    return;
  }
  for (const run of runs) {
    print(`\n${style("bold", `seed ${run.seed}`, "stdout")}`);
    const number = await numberOf(plan, run);
    if (number) {
      const { output, pick, step, images } = number;
      const percent = (100 * number.top1).toFixed(2);
      const where = step === null ? pick : `${pick}, step ${step}`;
      field("number", `${percent} % of ${images} test images (${where}; output ${output})`);
    }
    const log = imported.find(({ seed }) => seed === run.seed);
    if (log) explainImported(log, { hasOwn: number !== null });
    for (const spec of [run.train, run.evaluate]) {
      explainPlanned(plan, plan.of(plan.graph.find(spec)));
    }
  }
}

/** The result of a run as its report shows it; null if there is none yet. */
async function numberOf(plan: Plan, run: RunNodes) {
  const { object } = plan.of(plan.graph.find(run.evaluate));
  if (!object) return null;
  const metrics = await readMetrics(join(object.path, "out", "metrics"));
  const { primary, pick, selected_step: step, test_count: images } = metrics;
  return { top1: metrics.outputs[primary]!.top1, images, pick, step, output: primary };
}

async function cellJson(plan: Plan, { cell, runs, absent, imported }: CellNodes) {
  const { id, methodText, methodParams, setting, split, departures } = cell;
  return {
    cell: id,
    method: methodText,
    method_params: methodParams,
    setting,
    split,
    departures: departures.map(({ sentence }) => sentence),
    absent: absent ?? null,
    imported,
    runs: await Promise.all(runs.map(async (run) => ({
      seed: run.seed,
      number: await numberOf(plan, run),
      nodes: [run.train, run.evaluate].map((spec) =>
        nodeJson(plan, plan.of(plan.graph.find(spec)))
      ),
    }))),
  };
}

/** Where an imported result comes from, and whether it is shown. */
function explainImported(
  { seed, result, shown }: ImportedRun,
  { hasOwn }: { readonly hasOwn: boolean },
): void {
  const { log, best, evaluations, differences } = result;
  const percent = (100 * best.top1).toFixed(2);
  const use = hasOwn
    ? "not shown: there is a result of our own"
    : shown
    ? "shown in reports"
    : "not shown: the log does not say what this cell shows";
  field("imported", `seed ${seed}: ${percent} % at step ${best.iteration}, best (${use})`);
  const run = log.run === null ? "" : `, run ${log.run}`;
  field("  log", `${log.name}${run}, ${formatBytes(log.bytes)}, sha256 ${log.sha256}`);
  const asked = log.asked === null ? "" : ` of ${log.asked}`;
  field(
    "  extent",
    `${log.from} to ${log.to}, ${log.iterations}${asked} steps, ${
      count(evaluations.length, "evaluation")
    }`,
  );
  for (const difference of differences) field("  differs", difference);
}

function explainKey(session: Session, key: string): void {
  if (!/^[0-9a-f]{6,64}$/.test(key)) {
    throw new UserError(
      `explain: "${key}" is neither a cell (<table>/<row>/<column>) nor a key (at least 6 hexadecimal digits).`,
    );
  }
  const { plan, store, flags: { json } } = session;
  const planned = plan.nodes.find((node) =>
    node.node.recipe.startsWith(key) || node.key?.startsWith(key)
  );
  if (planned && json) return print(JSON.stringify(nodeJson(plan, planned)));
  if (planned) return explainPlanned(plan, planned);
  const stored = storedUnder(store, key);
  if (!stored) throw new UserError(`explain: no recipe or content key begins with ${key}.`);
  const now = plan.nodes.find(({ node }) =>
    node.label === stored.label && node.stage.name === stored.stage
  );
  if (json) {
    const result = resultJson(stored, store);
    return print(JSON.stringify({ ...result, now: now ? nodeJson(plan, now) : null }));
  }
  print(`${stored.label}: an older result that nothing asks for now`);
  printManifest(stored, store);
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
  print(`${node.label}: ${state}`);
  const keyText = key === null ? "" : `, key ${shortKey(key)}`;
  print(`  recipe   ${shortKey(node.recipe)}${keyText}`);
  if (object) return printManifest(object.manifest, plan.store);
  const { failure } = nodeStatus(plan, planned, { now: Date.now() });
  const stopped = interruptionOf(plan, planned);
  if (stopped && !failure) {
    field("reason", stopped.text);
    print(`  log      ${showPath(stopped.log)}`);
    print(`  checkpoint ${showPath(stopped.checkpoint)}`);
    return;
  }
  if (planned.note !== "") print(wrap(planned.note, { width: columns(), indent: "  " }));
  if (stopped) print(`  checkpoint ${showPath(stopped.checkpoint)}`);
  if (failure) {
    print(`  log      ${showPath(failure.log)}`);
    for (const line of failure.lastLines) print(`  | ${line}`);
  }
  const { nearest, changes } = explainNode(plan, planned);
  if (state === "impossible") return;
  if (nearest) print(`  compared with ${shortKey(nearest.key)} of ${nearest.run.finished}:`);
  for (const change of changes) field(nearest ? "differs" : "reason", change);
}

function printManifest(manifest: Manifest, store: Store): void {
  const { run, family } = manifest;
  print(`  result   ${showPath(store.object(manifest.key, family))}`);
  for (const [name, { files }] of Object.entries(manifest.outputs)) {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    print(`             ${name}: ${count(files.length, "file")}, ${formatBytes(bytes)}`);
  }
  if (manifest.stage !== "tabulate") field("params", showParams(manifest.params));
  print(`  log      ${showPath(store.log(manifest.recipe))}`);
  const engine = family === "any" ? "" : `, engine ${family}, ${count(run.threads, "thread")}`;
  const cost = `${formatDuration(run.wallSeconds)}, peak ${formatBytes(run.peakBytes)}`;
  field("made", `${run.finished} in ${cost}${engine}, Deno ${run.deno}`);
  field("machine", showParams(run.machine));
  for (const [name, note] of Object.entries(run.notes)) field(name, note);
}
