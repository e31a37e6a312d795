import type { Progress } from "../dag/stage.ts";
import { formatDuration } from "./duration.ts";
import { cutEnd, cutMiddle, joinFitting } from "./fit.ts";
import { columns, isLive, message, rows, style, writeMessage } from "./terminal.ts";

interface Running {
  readonly label: string;
  readonly started: number;
  /** Recent (time, done) pairs: the rate is taken over the last 30 seconds, so that a resumed run shows its true speed. */
  readonly samples: { at: number; done: number }[];
  latest: Progress | undefined;
}

/** Clock and sinks, replaced in tests. */
export interface ProgressOptions {
  /** Milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
  /** Default: whether stderr is a terminal. */
  readonly live?: boolean;
  readonly quiet?: boolean;
  readonly width?: () => number;
  readonly height?: () => number;
  readonly write?: (text: string) => void;
}

const redrawMilliseconds = 120;
const plainMilliseconds = 30_000;

function rate(running: Running): number | undefined {
  const first = running.samples[0];
  const last = running.samples.at(-1);
  if (!first || !last || last.at <= first.at) return undefined;
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}

const separator = " · ";

/** `412/6144 steps · 3.1 steps/s · 31:12 left · loss 1.234 · acc 31.2 %`, as much of it as is known. */
export function describeProgress(progress: Progress, perSecond: number | undefined): string {
  return progressParts(progress, perSecond).join(separator);
}

function progressParts(progress: Progress, perSecond: number | undefined): string[] {
  const unit = progress.unit ?? "steps";
  const parts = [`${progress.done}/${progress.total} ${unit}`];
  if (perSecond !== undefined && perSecond > 0) {
    parts.push(`${perSecond.toFixed(perSecond < 10 ? 1 : 0)} ${unit}/s`);
    parts.push(`${formatDuration((progress.total - progress.done) / perSecond)} left`);
  }
  if (progress.loss !== undefined) parts.push(`loss ${progress.loss.toFixed(3)}`);
  if (progress.accuracy !== undefined) parts.push(`acc ${progress.accuracy.toFixed(1)} %`);
  return parts;
}

/** `████████▌───────` of the given width. */
export function bar(fraction: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  const partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]!;
  return ("█".repeat(Math.floor(eighths / 8)) + partial).padEnd(width, "─");
}

/** A bar for each running stage on a terminal; elsewhere one plain line every 30 seconds. */
export class ProgressView {
  readonly #running = new Map<string, Running>();
  /** Stages that another process is at work on: not shown, nothing is known of them. */
  readonly #waiting = new Map<string, string>();
  readonly #now: () => number;
  readonly #live: boolean;
  readonly #quiet: boolean;
  readonly #width: () => number;
  readonly #height: () => number;
  readonly #write: (text: string) => void;
  #drawnLines = 0;
  #lastDraw = -Infinity;
  #lastPlain: number;
  #finished = 0;

  constructor(readonly total: number, options: ProgressOptions = {}) {
    this.#now = options.now ?? (() => performance.now());
    this.#live = options.live ?? isLive();
    this.#quiet = options.quiet ?? false;
    this.#width = options.width ?? columns;
    this.#height = options.height ?? rows;
    this.#write = options.write ?? writeMessage;
    this.#lastPlain = this.#now();
  }

  start(id: string, label: string): void {
    this.#add(id, label);
    this.#draw(true);
  }

  /** Takes a stage off the list until it reports again: another process is at work on it. */
  wait(id: string): void {
    const running = this.#running.get(id);
    if (!running) return;
    this.#running.delete(id);
    this.#waiting.set(id, running.label);
    this.#draw(true);
  }

  update(id: string, progress: Progress): void {
    const label = this.#waiting.get(id);
    if (label !== undefined) {
      this.#waiting.delete(id);
      this.#add(id, label);
    }
    const running = this.#running.get(id);
    if (!running) return;
    const at = this.#now();
    running.latest = progress;
    running.samples.push({ at, done: progress.done });
    while (running.samples.length > 2 && at - running.samples[0]!.at > 30_000) {
      running.samples.shift();
    }
    this.#draw(false);
  }

  /** Call from time to time, so that clocks move on while a stage says nothing. */
  tick(): void {
    this.#draw(false);
  }

  finish(id: string): void {
    if (this.#running.delete(id) || this.#waiting.delete(id)) this.#finished++;
    this.#draw(true);
  }

  /** Prints a line that stays, above the bars. */
  note(line: string): void {
    if (this.#quiet) return;
    this.#erase();
    this.#write(`${line}\n`);
    this.#draw(true);
  }

  /** Removes the bars. */
  close(): void {
    this.#erase();
  }

  #add(id: string, label: string): void {
    this.#running.set(id, { label, started: this.#now(), samples: [], latest: undefined });
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#write(`\x1b[${this.#drawnLines}F\x1b[0J`);
    this.#drawnLines = 0;
  }

  #draw(now: boolean): void {
    if (this.#quiet) return;
    if (!this.#live) return this.#plain();
    const at = this.#now();
    if (!now && at - this.#lastDraw < redrawMilliseconds) return;
    this.#lastDraw = at;
    this.#erase();
    if (this.#running.size === 0) return;
    const lines = this.#lines({ width: this.#width() - 1, height: this.#height() - 1 });
    this.#write(lines.map((line) => `${line}\n`).join(""));
    this.#drawnLines = lines.length;
  }

  /** One line a stage where the terminal is wide enough for all of them, else two. */
  #lines({ width, height }: { readonly width: number; readonly height: number }): string[] {
    const stages = [...this.#running.values()].map((running) => this.#parts(running));
    const longest = (of: (stage: typeof stages[number]) => string) =>
      Math.max(...stages.map((stage) => of(stage).length));
    const labels = longest(({ label }) => label);
    const barWidth = 20;
    const narrow =
      labels + 1 + barWidth + 1 + longest(({ parts }) => parts.join(separator)) > width;
    const blocks = stages.map(({ label, fraction, parts }) => {
      if (fraction === undefined) return [cutMiddle(`${label}  ${parts[0]}`, width)];
      if (!narrow) {
        return [`${label.padEnd(labels)} ${bar(fraction, barWidth)} ${parts.join(separator)}`];
      }
      const short = Math.min(barWidth, Math.max(6, width - parts.join(separator).length - 3));
      const text = joinFitting(parts, { separator, width: width - short - 3 });
      return [cutMiddle(label, width), `  ${bar(fraction, short)} ${text}`];
    });
    const lines: string[] = [];
    let shown = 0;
    // A line that has left the screen cannot be taken back.
    for (const block of blocks) {
      if (shown > 0 && lines.length + block.length + 1 > height) break;
      lines.push(...block);
      shown++;
    }
    const hidden = blocks.length - shown;
    const end = `${this.#finished} of ${this.total} stages done` +
      (hidden > 0 ? `, ${hidden} more running` : "");
    return [...lines, style("dim", cutEnd(end, width))];
  }

  #parts(running: Running) {
    const { label, latest } = running;
    if (!latest || latest.total <= 0) {
      const seconds = (this.#now() - running.started) / 1000;
      return { label, fraction: undefined, parts: [formatDuration(seconds)] };
    }
    const fraction = latest.done / latest.total;
    return { label, fraction, parts: progressParts(latest, rate(running)) };
  }

  #plain(): void {
    const at = this.#now();
    if (this.#running.size === 0 || at - this.#lastPlain < plainMilliseconds) return;
    this.#lastPlain = at;
    const parts = [...this.#running.values()].map((running) =>
      running.latest
        ? `${running.label}: ${describeProgress(running.latest, rate(running))}`
        : running.label
    );
    this.#write(`[${this.#finished}/${this.total}] ${parts.join("; ")}\n`);
  }
}

/** One line for a plain log, without a view. */
export function say(line: string, options: { quiet: boolean }): void {
  if (!options.quiet) message(line);
}
