/** Reading `log.txt` of USB and its forks. Source: USB core/hooks/logging.py, train.py; the logs that CPE publishes. */
import { UserError } from "../../errors.ts";
import { errorAt, type Position, type Scalar } from "../located.ts";
import { parseNamespace } from "./namespace.ts";

/** What a log says of its run. */
export interface UsbLogFile {
  /** As messages print it. */
  readonly name: string;
  /** Where the last line is. */
  readonly end: Position;
  /** The run's arguments; absent where the log lists none. */
  readonly arguments?: { readonly values: Readonly<Record<string, Scalar>>; readonly at: Position };
  /** Numbers of images that the run had. */
  readonly images?: {
    readonly labelled: number;
    readonly unlabelled: number;
    readonly at: Position;
  };
  /** Test accuracy (0 to 1) at each evaluation, by iteration. Of CReST's generations the last. */
  readonly evaluations: readonly (readonly [iteration: number, top1: number])[];
  /** The best evaluation that the log itself names. */
  readonly best:
    | { readonly iteration: number; readonly top1: number; readonly at: Position }
    | null;
  /** Whether the two lines of the result are there. */
  readonly hasResult: boolean;
  /** Iterations that the log reaches. */
  readonly iterations: number;
  /** Times of the first and the last line, as they are written. */
  readonly from: string;
  readonly to: string;
}

const prefix = /^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+) [A-Z]+\] (.*)$/;
const iterationLine = /^(?:(\d+) generation )?(\d+) iteration,? USE_EMA: (?:True|False), (.*)$/;
const topOne = /'?eval\/top-1-acc'?: (?:[\w.]+\()?([\d.eE+-]+)/;
const bestSoFar = /BEST_EVAL_ACC: ([\d.eE+-]+), at (\d+) iters/;
const result = /^(?:CReST Generation (\d+), )?Model result - eval\/(best_acc|best_it) : (\S+)$/;
const imageCounts = /^unlabell?ed data number: (\d+), labell?ed data number:? (\d+)/;

/**
 * Parses a log.
 * @throws UserError with file and line for a text that is no log of USB's, and for an accuracy that is none
 */
export function parseUsbLog(text: string, name: string): UsbLogFile {
  const reader = new Reader(name);
  text.split(/\r?\n/).forEach((line, index) => reader.line(line, index + 1));
  return reader.result();
}

class Reader {
  #arguments: UsbLogFile["arguments"];
  #images: UsbLogFile["images"];
  #evaluations = new Map<number, number>();
  #best: { iteration: number; top1: number; at: Position } | undefined;
  #final: { best_acc?: number; best_it?: number; at?: Position } = {};
  #generation = 0;
  #iterations = 0;
  #from: string | undefined;
  #to = "";
  #last = 1;

  constructor(readonly name: string) {}

  line(line: string, number: number): void {
    const [, stamp, message] = prefix.exec(line) ?? [];
    if (stamp === undefined || message === undefined) return;
    const at = { file: this.name, line: number, column: 1 };
    this.#from ??= stamp;
    this.#to = stamp;
    this.#last = number;
    const [, unlabelled, labelled] = imageCounts.exec(message) ?? [];
    if (unlabelled !== undefined) {
      this.#images ??= { labelled: Number(labelled), unlabelled: Number(unlabelled), at };
    }
    const values = message.startsWith("Arguments: ") ? parseNamespace(message) : undefined;
    if (values !== undefined) this.#arguments = { values, at };
    this.#iteration(message, at);
    this.#result(message, at);
  }

  #iteration(message: string, at: Position): void {
    const [, generation = "1", iteration, rest] = iterationLine.exec(message) ?? [];
    if (iteration === undefined || rest === undefined) return;
    this.#startGeneration(Number(generation));
    this.#iterations = Number(iteration);
    const [, accuracy] = topOne.exec(rest) ?? [];
    if (accuracy !== undefined) this.#evaluations.set(Number(iteration), fraction(accuracy, at));
    const [, best, bestAt] = bestSoFar.exec(rest) ?? [];
    if (best !== undefined) {
      this.#best = { top1: fraction(best, at), iteration: Number(bestAt), at };
    }
  }

  #result(message: string, at: Position): void {
    const [, generation = "0", name, value] = result.exec(message) ?? [];
    if (name === undefined || value === undefined) return;
    this.#startGeneration(Number(generation) + 1);
    if (name === "best_acc") this.#final = { ...this.#final, best_acc: fraction(value, at), at };
    else this.#final = { ...this.#final, best_it: Number(value) };
  }

  /** What earlier generations of CReST reached is not the result. */
  #startGeneration(generation: number): void {
    if (generation <= this.#generation) return;
    this.#generation = generation;
    this.#evaluations.clear();
    this.#best = undefined;
    this.#final = {};
  }

  result(): UsbLogFile {
    const end = { file: this.name, line: this.#last, column: 1 };
    if (this.#from === undefined || (this.#best === undefined && this.#final.at === undefined)) {
      throw new UserError(
        `${this.name}:1:1 Expected a log of USB with lines such as "[2023-08-10 06:39:08,982 INFO] 1024 iteration, USE_EMA: True, …, BEST_EVAL_ACC: 0.4500, at 1024 iters", found none`,
      );
    }
    const { best_acc, best_it, at } = this.#final;
    const hasResult = best_acc !== undefined && best_it !== undefined && at !== undefined;
    const best = hasResult ? { top1: best_acc, iteration: best_it + 1, at } : this.#best ?? null;
    return {
      name: this.name,
      end,
      ...(this.#arguments ? { arguments: this.#arguments } : {}),
      ...(this.#images ? { images: this.#images } : {}),
      evaluations: [...this.#evaluations].sort(([a], [b]) => a - b),
      best,
      hasResult,
      iterations: this.#iterations,
      from: this.#from,
      to: this.#to,
    };
  }
}

function fraction(text: string, at: Position): number {
  const value = Number(text);
  if (value >= 0 && value <= 1) return value;
  throw errorAt(at, `Expected an accuracy between 0 and 1, found ${text}`);
}
