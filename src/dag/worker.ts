/**
 * The main module of a worker process: takes jobs from stdin, one at a time, until stdin ends. It runs from the frozen
 * copy of the code. An end of stdin during a job means that the runner is gone: the stage is told to save and stop.
 */
import { UserError } from "../errors.ts";
import { isDiskFull } from "./atomic.ts";
import { leave, leaveOnUncaughtErrors } from "./leave.ts";
import {
  formatMessage,
  type FromWorker,
  type Job,
  readLines,
  type Result,
  type ToWorker,
} from "./protocol.ts";
import { runNode } from "./run_node.ts";
import type { LogOptions, Progress, Stage } from "./stage.ts";
import { Store } from "./store.ts";

/** A stage that does not react to the end of its runner is ended by force after this time. */
const graceSeconds = 60;
const progressSeconds = 0.25;

const stop = new AbortController();
const encoder = new TextEncoder();

function send(message: FromWorker): void {
  const bytes = encoder.encode(formatMessage(message));
  try {
    for (let sent = 0; sent < bytes.length;) sent += Deno.stdout.writeSync(bytes.subarray(sent));
  } catch {
    // The runner is gone; the end of stdin says so as well.
    stop.abort(new DOMException("the runner is gone", "AbortError"));
  }
}

/** Imports the stage from the frozen copy: the export with its name. */
async function loadStage(job: Job): Promise<Stage> {
  const url = new URL(`../../${job.module}`, import.meta.url).href;
  const module = await import(url) as Readonly<Record<string, unknown>>;
  for (const value of Object.values(module)) {
    const stage = value as Partial<Stage> | null;
    if (typeof stage === "object" && stage?.name === job.stage && typeof stage.run === "function") {
      return stage as Stage;
    }
  }
  throw new Error(`internal: ${job.module} exports no stage named ${job.stage}`);
}

async function work(job: Job): Promise<Result> {
  let log: Deno.FsFile | undefined;
  const writeLog = (line: string) => {
    try {
      log?.writeSync(encoder.encode(`${line}\n`));
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  };
  // Libraries that print must not get between the messages.
  for (const name of ["log", "info", "warn", "error", "debug"] as const) {
    // deno-lint-ignore no-console -- it is taken away here, not used
    console[name] = (...values: unknown[]) => writeLog(values.map(String).join(" "));
  }
  const say = (line: string, { warning = false }: LogOptions = {}) => {
    writeLog(line);
    if (warning) send({ type: "warning", id: job.id, text: line });
  };
  let reported = -Infinity;
  const progress = (at: Progress) => {
    const now = performance.now() / 1000;
    if (now - reported < progressSeconds && at.done < at.total) return;
    reported = now;
    send({ type: "progress", id: job.id, progress: at });
  };
  try {
    log = Deno.openSync(new Store(job.store).log(job.recipe), { append: true, create: true });
    stop.signal.throwIfAborted();
    const stage = await loadStage(job);
    return await runNode(job, { stage, signal: stop.signal, progress, log: say });
  } catch (error) {
    const interrupted = stop.signal.aborted;
    const user = error instanceof UserError;
    const message = error instanceof Error ? error.message : String(error);
    const stack = user || !(error instanceof Error) ? undefined : error.stack;
    writeLog(interrupted ? `interrupted: ${message}` : stack ?? message);
    const result = {
      type: "failed",
      id: job.id,
      message,
      userError: user,
      diskFull: isDiskFull(error),
      interrupted,
    } as const;
    return stack === undefined ? result : { ...result, stack };
  } finally {
    log?.close();
  }
}

async function main(): Promise<void> {
  // Ctrl-C goes to the whole process group; the runner decides what it means.
  Deno.addSignalListener("SIGINT", () => {});
  // So does the end of a terminal: the runner goes, which the end of stdin says, and there is time to save.
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGHUP", () => {});
  const jobs: Job[] = [];
  let wake = () => {};
  let ended = false;
  const reading = (async () => {
    for await (const line of readLines(Deno.stdin.readable)) {
      const message = JSON.parse(line) as ToWorker;
      if (message.type === "job") jobs.push(message.job);
      else stop.abort(new DOMException("interrupted", "AbortError"));
      wake();
    }
    ended = true;
    stop.abort(new DOMException("the runner is gone", "AbortError"));
    Deno.unrefTimer(setTimeout(() => leave(1), graceSeconds * 1000));
    wake();
  })();
  for (;;) {
    const job = jobs.shift();
    if (job) send(await work(job));
    else if (ended) break;
    else await new Promise<void>((resolve) => wake = resolve);
  }
  await reading;
}

// The runner reads the end of stderr when a worker has died.
leaveOnUncaughtErrors((text) => Deno.stderr.writeSync(encoder.encode(`${text}\n`)));
// Not awaited here: an error of it is one that nothing catches.
void main().then(() => leave(0));
