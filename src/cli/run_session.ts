import { join } from "node:path";
import type { GraphNode, RunOutcome } from "../dag/mod.ts";
import type { Report } from "../report/mod.ts";
import { renderTerminal } from "../report/terminal.ts";
import { showPath } from "./describe.ts";
import { formatDuration } from "./duration.ts";
import { engineAdvice } from "./engine_choice.ts";
import { exitCodes } from "./exit_codes.ts";
import { runPlan } from "./run_plan.ts";
import { unavailableRuns } from "../sweep/unavailable.ts";
import { reportName, type Session } from "./session.ts";
import { columns, message, print } from "./terminal.ts";

/** Runs what a session asks for, writes its reports and says what came of it. Returns the exit code. */
export async function runSession(session: Session): Promise<number> {
  if (!session.flags.quiet) {
    for (const line of engineAdvice(session.engine, session.plan)) message(line);
  }
  const outcome = await runPlan(session);
  const reports = outcome.interrupted ? [] : writeReports(session, outcome);
  summarise(session, { outcome, reports });
  if (outcome.interrupted) return exitCodes.interrupted;
  const absent = outcome.failed.length + outcome.impossible.length + outcome.blocked.length +
    unavailable(session);
  return absent > 0 ? exitCodes.incomplete : exitCodes.ok;
}

function unavailable({ selections }: Session): number {
  return selections.flatMap(({ tables }) => unavailableRuns(tables)).length;
}

/** Copies the finished reports to the report folder; files that are already there with the same bytes stay untouched. */
function writeReports(session: Session, outcome: RunOutcome): string[] {
  const written: string[] = [];
  for (const selection of session.selections) {
    for (const { table, report } of selection.tables) {
      const node: GraphNode = session.plan.graph.find(report);
      const object = outcome.object(node);
      if (!object) continue;
      const { target: { file }, expanded: { profile } } = selection;
      const name = reportName({ file, profile }, table.id);
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
    impossible: outcome.impossible.length + unavailable(session),
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
