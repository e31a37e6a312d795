import { join, resolve } from "node:path";
import { Command } from "commander";
import { loadSweep, sweepOf } from "../../config/mod.ts";
import {
  loggedScalars,
  LogLines,
  mapRun,
  noEffectLines,
  readUsbConfig,
  sweepTree,
  type UsbRun,
} from "../../config/usb/mod.ts";
import { complaintsError } from "../../config/complaint.ts";
import type { GraphNode, RunOutcome } from "../../dag/mod.ts";
import { UserError } from "../../errors.ts";
import { capabilities } from "../../sweep/capabilities.ts";
import type { CellNodes, RunNodes, TableNodes } from "../../sweep/graph.ts";
import { primaryOutput } from "../../sweep/primary_output.ts";
import { checkPlaces } from "../check_places.ts";
import { showPath } from "../describe.ts";
import { checkEngineUse, engineAdvice } from "../engine_choice.ts";
import { exitCodes } from "../exit_codes.ts";
import { wrap } from "../fit.ts";
import { addRunFlags, type Flags, project, readFlags } from "../flags.ts";
import { offerMissingData } from "../offer_data.ts";
import { runPlan } from "../run_plan.ts";
import { openSweeps, type Session } from "../session.ts";
import { columns, message, print, printsOnScreen } from "../terminal.ts";
import { headOf } from "../usb_head.ts";
import { logPath, TrainingLog, UsbLog } from "../usb_log.ts";

export function define(): Command {
  const command = new Command("train")
    .summary("one run from a config file of USB")
    .description(
      "Runs what a config file of USB or CPE asks for, with USB's log lines; docs/usb.md says what each key means here.",
    )
    .requiredOption("--c <file.yaml>", "a config file of USB or CPE");
  addRunFlags(command);
  // One run has nothing to narrow.
  command.options.find(({ long }) => long === "--only")?.hideHelp();
  return command.action(async (options, self: Command) => {
    const flags = readFlags(options);
    if (flags.only.length > 0) {
      throw new UserError("--only has no meaning for train: a config file is one run.");
    }
    const run = readRun(String(options.c), flags);
    const open = () => openRun(run, flags);
    const session = await open();
    checkPlaces(flags);
    checkEngineUse(session.engine, session.plan);
    if (!flags.quiet) tellKeys(run);
    const complete = await offerMissingData(session) ? await open() : session;
    self.setOptionValue("exitCode", await train(run, complete));
  });
}

function readRun(file: string, flags: Flags): UsbRun {
  if (!/\.ya?ml$/i.test(file)) {
    throw new UserError(`--c takes a .yaml file, not "${file}".`);
  }
  const mapped = mapRun(readUsbConfig(resolve(file)), {
    capabilities: capabilities(flags.dataFolders),
  });
  if ("refusals" in mapped) throw complaintsError(mapped.refusals);
  const { run } = mapped;
  const { method, lacking, config } = run;
  if (!method.there) {
    const has = Object.keys(capabilities().methods).join(", ");
    const text = `This version has no method "${method.value}": it has ${has}`;
    throw complaintsError([{ at: method.at, text }]);
  }
  if (lacking.length > 0) {
    const at = config.keys.get(lacking[0]!.startsWith("net") ? "net" : "dataset")?.at ?? config.at;
    throw complaintsError([{ at, text: `This version has no ${lacking.join(", no ")}` }]);
  }
  return run;
}

/** The run as a table of one cell, whose report is not asked for. */
function openRun(run: UsbRun, flags: Flags): Promise<Session> {
  const paper = loadSweep(join(project, "configs/paper.yaml"));
  const tree = sweepTree([run], { paper, table: "usb", title: run.saveName.value });
  // Paths in a config file of USB are relative to where it is run.
  const file = resolve(run.saveName.value);
  const sweep = sweepOf(tree, { file, name: run.config.name });
  const target = { target: run.saveName.value, file, tables: null };
  return openSweeps([{ target, read: () => sweep }], {
    flags,
    roots: (tables) => runsOf(tables).map(({ evaluate }) => evaluate),
  });
}

function runsOf(tables: readonly TableNodes[]): RunNodes[] {
  return tables.flatMap(({ cells }) => cells).flatMap(({ runs }) => runs);
}

/** Says which keys change nothing, and what is done otherwise. */
function tellKeys(run: UsbRun): void {
  const say = (line: string) => message(wrap(line, { width: columns(), indent: "  " }));
  const lines = noEffectLines([run]);
  if (lines.length > 0) message("keys without effect here:");
  lines.forEach(say);
  if (run.remarks.length > 0) message("to know:");
  run.remarks.forEach(say);
}

async function train(run: UsbRun, session: Session): Promise<number> {
  const { flags, plan } = session;
  const cell = session.selections[0]?.tables[0]?.cells[0];
  const nodes = cell?.runs[0];
  if (cell === undefined || nodes === undefined) throw new Error("internal: no run to train");
  const node = plan.graph.find(nodes.train);
  const advice = flags.quiet ? [] : engineAdvice(session.engine, plan);
  advice.forEach((line) => message(line));
  const path = logPath(flags.reports, { name: run.saveName.value, profile: flags.profile });
  const start = await linesOf(run, cell);
  let log: { readonly usb: UsbLog; readonly training: TrainingLog } | undefined;
  /** The log is begun only when there is something to say: nothing is written for a run that cannot be made. */
  const begun = () => {
    if (log !== undefined) return log;
    const usb = new UsbLog(path, (line) => {
      if (!flags.json && (!flags.quiet || line.includes("Model result"))) print(line);
    });
    usb.write(headOf(run, { flags, cell }));
    return log = { usb, training: new TrainingLog(usb, start) };
  };
  const notes = join(plan.store.checkpoints(node.recipe, plan.engine.family), "metrics.jsonl");
  let timer: ReturnType<typeof setInterval> | undefined;
  // Lines on a terminal would be torn by a bar: there they are the progress.
  const quiet = flags.quiet || (printsOnScreen() && !flags.json);
  const outcome = await runPlan({ ...session, flags: { ...flags, quiet } }, {
    onEvent: (event) => {
      if (event.kind !== "start" || event.node !== node) return;
      const { training } = begun();
      timer ??= setInterval(() => training.follow(notes), 500);
    },
  }).finally(() => clearInterval(timer));
  if (outcome.interrupted) {
    if (!flags.quiet) message("interrupted, state saved: the same command goes on from here");
    return exitCodes.interrupted;
  }
  const object = outcome.object(node);
  if (object === undefined) return tellAbsence(outcome, { node, flags });
  const { training } = begun();
  training.finish(join(object.path, "out/evaluations/metrics.jsonl"));
  if (flags.json) printJson({ run, outcome, path, key: object.manifest.key });
  else if (!flags.quiet) message(`log: ${showPath(path)}`);
  return exitCodes.ok;
}

async function linesOf(run: UsbRun, { cell }: CellNodes): Promise<() => LogLines> {
  const { params } = cell.runs[0]!;
  const primary = await primaryOutput(cell.method, {
    params: cell.methodParams,
    classes: run.data.classes,
  });
  const options = {
    logEvery: run.logEvery,
    evaluateEvery: params.evaluate_every,
    ema: params.ema,
    primary,
    logged: loggedScalars(cell.method, { lambda: Number(cell.methodParams["lambda_u"] ?? 1) }),
  };
  return () => new LogLines(options);
}

function tellAbsence(outcome: RunOutcome, { node, flags }: {
  readonly node: GraphNode;
  readonly flags: Flags;
}): number {
  const { reason } = outcome.impossible.find(({ node: other }) => other === node) ??
    outcome.blocked.find(({ node: other }) => other === node) ?? { reason: null };
  if (flags.json) print(JSON.stringify({ done: false, reason }));
  else if (reason !== null) message(wrap(`not run: ${reason}`, { width: columns(), indent: "" }));
  return exitCodes.incomplete;
}

function printJson({ run, outcome, path, key }: {
  readonly run: UsbRun;
  readonly outcome: RunOutcome;
  readonly path: string;
  readonly key: string;
}): void {
  const results = Object.fromEntries(
    Deno.readTextFileSync(path).split("\n").flatMap((line) => {
      const [, name, value] = /Model result - eval\/(best_\w+) : (\S+)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(value)]];
    }),
  );
  print(JSON.stringify({
    done: true,
    method: run.method.value,
    seed: run.seed.value,
    ran: outcome.ran.length,
    cached: outcome.cached.length,
    ...results,
    key,
    log: path,
    no_effect: run.noEffect.map(({ key }) => key),
  }));
}
