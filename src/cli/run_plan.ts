import { execute, type RunEvent, type RunOutcome } from "../dag/mod.ts";
import { writeSourceCache } from "../sweep/source_cache_file.ts";
import { showPath } from "./describe.ts";
import { wrap } from "./fit.ts";
import { project } from "./flags.ts";
import { ProgressView } from "./progress.ts";
import { provenance } from "./provenance.ts";
import type { Session } from "./session.ts";
import { stopSignals } from "./stop_signals.ts";
import { columns, message, style } from "./terminal.ts";

/** Runs a session's plan, shows how it goes on, and stops at a signal; `onEvent` hears what happens, after it is shown. */
export async function runPlan(
  session: Pick<Session, "flags" | "plan" | "store" | "paths" | "sourceCache">,
  { onEvent }: { readonly onEvent?: (event: RunEvent) => void } = {},
): Promise<RunOutcome> {
  const { flags, plan, store } = session;
  store.prepare();
  writeSourceCache(store, session.sourceCache);
  const stop = new AbortController();
  const interrupt = () => stop.abort(new DOMException("Interrupted", "AbortError"));
  for (const signal of stopSignals) Deno.addSignalListener(signal, interrupt);
  const view = new EventPrinter(flags.quiet);
  try {
    return await execute(plan, {
      jobs: flags.jobs,
      threads: flags.threads,
      failFast: flags.failFast,
      paths: session.paths,
      notes: provenance(project, Deno.args),
      checkRoots: true,
      signal: stop.signal,
      onEvent: (event) => {
        view.show(event);
        onEvent?.(event);
      },
    });
  } finally {
    view.close();
    for (const signal of stopSignals) {
      Deno.removeSignalListener(signal, interrupt);
    }
  }
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
      case "warning":
        return this.#alert(`${style("yellow", "warning:")} ${event.node.label}: ${event.text}`);
      case "busy":
        this.#view?.wait(event.node.recipe);
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
        return this.#note(`stopping (${event.reason}): saving what runs, 30 s at most`);
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
