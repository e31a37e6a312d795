/** The lines that USB's logger writes, from what a training notes as it goes on. Source: USB core/hooks/logging.py, train.py. */
import type { LoggedScalar } from "./logged_scalars.ts";

/** A line of a training's `metrics.jsonl`. Numbers that JSON cannot hold are strings there. */
export type TrainingNote = Readonly<Record<string, unknown>> & { readonly step: number };

export interface LogLineOptions {
  /** `num_log_iter`, in steps. */
  readonly logEvery: number;
  /** `num_eval_iter`, in steps. */
  readonly evaluateEvery: number;
  /** Decay of the averaged weights; USB uses them unless it is 0. */
  readonly ema: number;
  /** The output whose evaluations count. */
  readonly primary: string;
  /** What the method's source logs; null for the recorded scalars as they are. */
  readonly logged: readonly LoggedScalar[] | null;
}

/** USB's names of an evaluation's scalars, in its order. */
const evaluationNames: readonly (readonly [name: string, ours: string])[] = [
  ["eval/loss", "loss"],
  ["eval/top-1-acc", "top1"],
  ["eval/top-5-acc", "top5"],
  ["eval/balanced_acc", "balanced"],
  ["eval/precision", "precision"],
  ["eval/recall", "recall"],
  ["eval/F1", "f1"],
];

/** Keys of a note that are no scalars of the training. */
const notScalars = new Set(["step", "phase", "epoch", "learning_rate", "evaluation", "method"]);

/**
 * Turns the notes of one training into USB's messages, each when the notes reach it. Losses are noted every few steps: a line has
 * those of the last note up to its step, or of the first one.
 */
export class LogLines {
  readonly #options: LogLineOptions;
  #phase = 0;
  /** Steps that lines are written for already. */
  #written = 0;
  #scalars: readonly (readonly [string, unknown])[] = [];
  #learningRate: unknown = null;
  /** Evaluations before the first note of losses. */
  readonly #waiting: {
    readonly step: number;
    readonly evaluation: Readonly<Record<string, unknown>>;
  }[] = [];
  #best = { accuracy: 0, step: 1 };

  constructor(options: LogLineOptions) {
    this.#options = options;
  }

  /** Messages that a note completes. */
  push(note: TrainingNote): string[] {
    const phase = Number(note["phase"] ?? 0);
    if (phase !== this.#phase) {
      this.#phase = phase;
      this.#written = 0;
      this.#best = { accuracy: 0, step: 1 };
    }
    const evaluation = this.#evaluationOf(note);
    if (evaluation !== undefined) {
      if (this.#scalars.length > 0) return this.#evaluated(note.step, evaluation);
      this.#waiting.push({ step: note.step, evaluation });
      return [];
    }
    const scalars = scalarsOf(note, this.#options.logged);
    if (scalars.length === 0) return [];
    const isFirst = this.#scalars.length === 0;
    const before = isFirst ? [] : this.#upTo(note.step - 1);
    this.#scalars = scalars;
    this.#learningRate = note["learning_rate"];
    if (isFirst) {
      for (const { step, evaluation } of this.#waiting.splice(0)) {
        before.push(...this.#evaluated(step, evaluation));
      }
      before.push(...this.#upTo(note.step - 1));
    }
    // A step with an evaluation has one line, which comes with it.
    const isEvaluated = note.step % this.#options.evaluateEvery === 0;
    return isEvaluated ? before : [...before, ...this.#upTo(note.step)];
  }

  /** The last two messages, once a training is over. */
  results(): string[] {
    const { accuracy, step } = this.#best;
    return [
      `Model result - eval/best_acc : ${pythonNumber(accuracy)}`,
      `Model result - eval/best_it : ${step - 1}`,
    ];
  }

  #evaluationOf(note: TrainingNote): Readonly<Record<string, unknown>> | undefined {
    const all = note["evaluation"] as Readonly<Record<string, unknown>> | undefined;
    return all?.[this.#options.primary] as Readonly<Record<string, unknown>> | undefined;
  }

  #evaluated(step: number, scalars: Readonly<Record<string, unknown>>): string[] {
    const before = this.#upTo(step - 1);
    this.#written = step;
    const accuracy = Number(scalars["top1"]);
    if (accuracy > this.#best.accuracy) this.#best = { accuracy, step };
    if (step % this.#options.evaluateEvery !== 0) return [...before, "validating..."];
    const evaluation = evaluationNames.map(([name, ours]): [string, unknown] => [
      name,
      scalars[ours],
    ]);
    const best = `BEST_EVAL_ACC: ${fixed(this.#best.accuracy)}, at ${this.#best.step} iters`;
    const line = `${step} iteration, ${this.#values(evaluation)} ${best}`;
    return [...before, "validating...", line];
  }

  /** Lines without an evaluation up to a step. */
  #upTo(step: number): string[] {
    const { logEvery, evaluateEvery } = this.#options;
    const lines: string[] = [];
    const first = Math.floor(this.#written / logEvery) * logEvery + logEvery;
    for (let at = first; at <= step; at += logEvery) {
      if (at % evaluateEvery === 0 || this.#scalars.length === 0) continue;
      lines.push(`${at} iteration ${this.#values([])} `);
    }
    this.#written = Math.max(this.#written, step);
    return lines;
  }

  #values(evaluation: readonly (readonly [string, unknown])[]): string {
    const all: (readonly [string, unknown])[] = [
      ...this.#scalars.map(([name, value]) => [`train/${name}`, value] as const),
      ...evaluation,
      ["lr", this.#learningRate],
      // Images lie on the device: nothing is waited for. The spelling is USB's.
      ["train/prefecth_time", 0],
    ];
    const values = all.map(([name, value]) => `${name}: ${fixed(value)}`).join(", ");
    return `USE_EMA: ${this.#options.ema === 0 ? "False" : "True"}, ${values}`;
  }
}

/** A note's scalars as the method's source has them; without one in USB's order: the total comes after its parts. */
function scalarsOf(
  note: TrainingNote,
  logged: readonly LoggedScalar[] | null,
): (readonly [string, unknown])[] {
  const all = Object.entries(note).filter(([name]) => !notScalars.has(name));
  if (all.length === 0) return [];
  if (logged !== null) {
    const of = (name: string) => Number(note[name]);
    return logged.map(([name, value]) => [name, value(of)]);
  }
  const total = all.filter(([name]) => name === "total_loss");
  const others = all.filter(([name]) => name !== "total_loss");
  const parts = others.findLastIndex(([name]) => name === "sup_loss" || name === "unsup_loss");
  return [...others.slice(0, parts + 1), ...total, ...others.slice(parts + 1)];
}

/** A value as Python's `{:.4f}` writes it. */
function fixed(value: unknown): string {
  const number = Number(value);
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  return number.toFixed(4);
}

/** A fraction as Python prints a float. */
function pythonNumber(value: number): string {
  if (Number.isInteger(value)) return value.toFixed(1);
  const text = String(value);
  return text.replace(/e-(\d)$/, "e-0$1");
}

/** `[2023-08-10 06:39:10,042 INFO] message`, local time. */
export function logLine(message: string, stamp: string): string {
  return `[${stamp} INFO] ${message}`;
}

/** The time as Python's logger writes it. */
export function logStamp(time: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${day} ${clock},${String(time.getMilliseconds()).padStart(3, "0")}`;
}
