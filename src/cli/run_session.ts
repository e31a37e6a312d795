import { join } from "node:path";
import { execute, type GraphNode, type RunEvent, type RunOutcome } from "../dag/mod.ts";
import type { Report } from "../report/mod.ts";
import { renderTerminal } from "../report/terminal.ts";
import { writeSourceCache } from "../sweep/source_cache_file.ts";
import { showPath } from "./describe.ts";
import { formatDuration } from "./duration.ts";
import { wrap } from "./fit.ts";
import { exitCodes } from "./exit_codes.ts";
import { project } from "./flags.ts";
import { ProgressView } from "./progress.ts";
import { provenance } from "./provenance.ts";
import { reportName, type Session } from "./session.ts";
import { columns, message, print, style } from "./terminal.ts";

/** Runs what a session asks for, writes its reports and says what came of it. Returns the exit code. */
export async function runSession(session: Session): Promise<number> {
  const { flags, plan, store } = session;
  store.prepare();
  writeSourceCache(store, session.sourceCache);
  const stop = new AbortController();
  const interrupt = () => stop.abort(new DOMException("Interrupted", "AbortError"));
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, interrupt);
  const view = new EventPrinter(flags.quiet);
  let outcome: RunOutcome;
  try {
    outcome = await execute(plan, {
      jobs: flags.jobs,
      threads: flags.threads,
      failFast: flags.failFast,
      paths: session.paths,
      notes: provenance(project, Deno.args),
      checkRoots: true,
      signal: stop.signal,
      onEvent: (event) => view.show(event),
    });
  } finally {
    view.close();
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.removeSignalListener(signal, interrupt);
    }
  }
  const reports = outcome.interrupted ? [] : writeReports(session, outcome);
  summarise(session, { outcome, reports });
  if (outcome.interrupted) return exitCodes.interrupted;
  const absent = outcome.failed.length + outcome.impossible.length + outcome.blocked.length +
    unavailableRuns(session);
  return absent > 0 ? exitCodes.incomplete : exitCodes.ok;
}

/** Runs that were asked for and that this version cannot make; quoted cells are never asked for. */
function unavailableRuns({ selections }: Session): number {
  return selections.flatMap(({ tables }) => tables.flatMap((table) => table.cells))
    .filter(({ cell }) => cell.availability.kind === "missing")
    .reduce((sum, { cell }) => sum + cell.runs.filter((run) => run.selected).length, 0);
}

/** Shows a run's events: bars, and lines for what a person must know. */
class EventPrinter {
  readonly #quiet: boolean;
  #view: ProgressView | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(quiet: boolean) {
    this.#quiet = quiet;
  }

  show(event: RunEvent): void {
    switch (event.kind) {
      case "begin":
        if (event.toRun === 0) return;
        this.#view = new ProgressView(event.toRun, { quiet: this.#quiet });
        this.#timer = setInterval(() => this.#view?.tick(), 500);
        return;
      case "start":
        return this.#view?.start(event.node.recipe, event.node.label);
      case "progress":
        return this.#view?.update(event.node.recipe, event.progress);
      case "done":
        return this.#view?.finish(event.node.recipe);
      case "failed":
        this.#view?.finish(event.failure.node.recipe);
        return this.#alert(
          `${style("red", "failed:")} ${event.failure.node.label}\n` +
            `${wrap(event.failure.message, { width: columns(), indent: "  " })}\n` +
            `  log: ${showPath(event.failure.log)}`,
        );
      case "busy":
        return this.#note(`${event.node.label}: another process is at work on it, waiting`);
      case "corrupt":
        return this.#alert(
          `${
            style("yellow", "damaged:")
          } ${event.node.label}: ${event.file} is not what was written` +
            `${event.movedTo === undefined ? "" : ` (kept in ${event.movedTo})`}; making it again`,
        );
      case "crashed":
        return this.#alert(
          `${style("yellow", "crashed:")} ${event.node.label}: ${event.message}; trying once more`,
        );
      case "stopping":
        return this.#note(`stopping (${event.reason}): saving what is running`);
    }
  }

  close(): void {
    if (this.#timer !== undefined) clearInterval(this.#timer);
    this.#view?.close();
  }

  /** What goes wrong is said with `--quiet` too. */
  #alert(line: string): void {
    if (this.#quiet) message(line);
    else this.#note(line);
  }

  #note(line: string): void {
    if (this.#view) this.#view.note(line);
    else if (!this.#quiet) message(line);
  }
}

/** Copies the finished reports to the report folder; files that are already there with the same bytes stay untouched. */
function writeReports(session: Session, outcome: RunOutcome): string[] {
  const written: string[] = [];
  for (const selection of session.selections) {
    for (const { table, report } of selection.tables) {
      const node: GraphNode = session.plan.graph.find(report);
      const object = outcome.object(node);
      if (!object) continue;
      const name = reportName(selection, table.id);
      for (const extension of ["md", "csv"]) {
        const source = join(object.path, "out", "report", `report.${extension}`);
        const target = join(session.flags.reports, `${name}.${extension}`);
        copyIfChanged(source, target);
        written.push(target);
      }
      if (!session.flags.json && !session.flags.quiet) {
        const text = Deno.readTextFileSync(join(object.path, "out", "report", "report.json"));
        print(renderTerminal(JSON.parse(text) as Report, { width: columns() }));
      }
    }
  }
  return written;
}

function copyIfChanged(source: string, target: string): void {
  const bytes = Deno.readFileSync(source);
  try {
    const old = Deno.readFileSync(target);
    if (old.length === bytes.length && old.every((byte, index) => byte === bytes[index])) return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  Deno.mkdirSync(join(target, ".."), { recursive: true });
  const scratch = `${target}.${Deno.pid}.part`;
  Deno.writeFileSync(scratch, bytes);
  Deno.renameSync(scratch, target);
}

function summarise(session: Session, { outcome, reports }: {
  readonly outcome: RunOutcome;
  readonly reports: readonly string[];
}): void {
  const counts = {
    ran: outcome.ran.length,
    cached: outcome.cached.length,
    failed: outcome.failed.length,
    blocked: outcome.blocked.length,
    impossible: outcome.impossible.length + unavailableRuns(session),
  };
  if (session.flags.json) {
    print(JSON.stringify({
      ...counts,
      interrupted: outcome.interrupted,
      wall_seconds: Number(outcome.wallSeconds.toFixed(3)),
      reports,
      failures: outcome.failed.map(({ node, message, log }) => ({
        label: node.label,
        message,
        log,
      })),
    }));
    return;
  }
  const where = reports.filter((path) => path.endsWith(".md")).map((path) => showPath(path));
  message(
    `${
      outcome.interrupted ? "interrupted, state saved: " : ""
    }ran ${counts.ran}, cached ${counts.cached}, ` +
      `failed ${counts.failed}${
        counts.blocked > 0 ? ` (${counts.blocked} more need them)` : ""
      }, impossible ${counts.impossible} · ${formatDuration(outcome.wallSeconds)}` +
      (where.length > 0 ? ` · ${where.join(", ")}` : ""),
  );
}
