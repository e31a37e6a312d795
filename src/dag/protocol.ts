/** What runner and workers say to each other: JSON, one message a line. */
import type { ManifestInput, NodeIdentity } from "./manifest.ts";
import type { Progress } from "./stage.ts";

/** A node to run; everything a worker needs besides the frozen code and the store. */
export interface Job extends NodeIdentity {
  readonly id: number;
  /** Wait for the node's lock if another runner holds it (else answer `busy`). */
  readonly wait: boolean;
  /** The stage's module, relative to the frozen copy. */
  readonly module: string;
  readonly store: string;
  readonly paths: Readonly<Record<string, string>>;
  readonly engine: string;
  readonly threads: number;
  readonly notes: Readonly<Record<string, string>>;
}

export type ToWorker = { readonly type: "job"; readonly job: Job } | { readonly type: "stop" };

/** How a job ended. */
export type Result =
  | { readonly type: "done"; readonly id: number; readonly cached: boolean; readonly usage: Usage }
  | { readonly type: "busy"; readonly id: number }
  | {
    readonly type: "corrupt";
    readonly id: number;
    readonly input: Producer;
    readonly file: string;
    readonly movedTo?: string;
  }
  | {
    readonly type: "failed";
    readonly id: number;
    /** First line of what was thrown, and the rest of it. */
    readonly message: string;
    readonly stack?: string;
    readonly userError: boolean;
    readonly diskFull: boolean;
    readonly interrupted: boolean;
  };

export type FromWorker =
  | Result
  | { readonly type: "progress"; readonly id: number; readonly progress: Progress }
  /** A line of the log that the person at the runner is to see. */
  | { readonly type: "warning"; readonly id: number; readonly text: string };

/** An input that is there, as opposed to absent. */
export type Producer = Exclude<ManifestInput, { readonly absent: string }>;

/** What a worker has used since it started. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
}

/** In front of every message from a worker: anything else on its stdout comes from a library and is no message. */
const mark = "@retable ";

export function formatMessage(message: FromWorker): string {
  return `${mark}${JSON.stringify(message)}\n`;
}

/** The message in a line of a worker's stdout; undefined if it is none. */
export function parseMessage(line: string): FromWorker | undefined {
  return line.startsWith(mark) ? JSON.parse(line.slice(mark.length)) as FromWorker : undefined;
}

/** Lines of a stream of bytes, without their ends; an unfinished last line is left out. */
export async function* readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
