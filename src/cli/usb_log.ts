import { dirname, join } from "node:path";
import { logLine, type LogLines, logStamp, type TrainingNote } from "../config/usb/mod.ts";

/** The lines of one training, written while it goes on. */
export class TrainingLog {
  readonly #log: UsbLog;
  readonly #start: () => LogLines;
  #lines: LogLines;
  #read = 0;
  #written = 0;
  /** Whether what was read so far is a beginning of the training's notes. */
  #following = true;

  /** @param start makes what turns notes into lines, anew for every reading from the beginning */
  constructor(log: UsbLog, start: () => LogLines) {
    this.#log = log;
    this.#start = start;
    this.#lines = start();
  }

  /** Writes what a running training has noted since the last call; `path` is its `metrics.jsonl`. */
  follow(path: string): void {
    if (!this.#following) return;
    try {
      const bytes = readFrom(path, this.#read);
      const end = bytes.lastIndexOf(10) + 1;
      const messages = notesIn(bytes.subarray(0, end)).flatMap((note) => this.#lines.push(note));
      this.#read += end;
      this.#written += messages.length;
      this.#log.write(messages);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      if (!(error instanceof SyntaxError)) throw error;
      // A worker died and another went on from its checkpoint: the rest is written once all is there.
      this.#following = false;
    }
  }

  /** Writes what is missing of a finished training's lines, and the result. */
  finish(path: string): void {
    const lines = this.#start();
    const messages = notesIn(readFrom(path, 0)).flatMap((note) => lines.push(note));
    this.#log.write([...messages.slice(this.#written), ...lines.results()]);
  }
}

function notesIn(bytes: Uint8Array): TrainingNote[] {
  const text = new TextDecoder().decode(bytes);
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

function readFrom(path: string, offset: number): Uint8Array {
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(Math.max(0, file.statSync().size - offset));
  file.seekSync(offset, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < bytes.length) {
    const read = file.readSync(bytes.subarray(filled));
    if (read === null) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

/**
 * USB's `log.txt`: every message with its time, to a file and to `say`. As long as the messages are those that an earlier call wrote
 * they keep their times, so that a run which went on after Ctrl-C has one log.
 */
export class UsbLog {
  readonly #path: string;
  readonly #say: (line: string) => void;
  /** Times and messages of the earlier log that are not repeated yet. */
  #earlier: (readonly [stamp: string, message: string])[];

  constructor(path: string, say: (line: string) => void) {
    this.#path = path;
    this.#say = say;
    this.#earlier = messagesOf(path);
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(path, "");
  }

  write(messages: readonly string[]): void {
    for (const message of messages) {
      const [stamp, earlier] = this.#earlier.shift() ?? [];
      if (earlier !== message) this.#earlier = [];
      const same = stamp !== undefined && earlier === message;
      const line = logLine(message, same ? stamp : logStamp(new Date()));
      Deno.writeTextFileSync(this.#path, `${line}\n`, { append: true });
      this.#say(line);
    }
  }
}

/** Times and messages of a log; none where there is none. */
function messagesOf(path: string): (readonly [string, string])[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    const [, stamp, message] = /^\[([-\d]+ [\d:,]+) INFO\] (.*)$/.exec(line) ?? [];
    return stamp === undefined || message === undefined ? [] : [[stamp, message] as const];
  });
}

/** Where the log of a run lies under the report folder: each profile has its own. */
export function logPath(
  reports: string,
  { name, profile }: { readonly name: string; readonly profile: string },
): string {
  return join(reports, profile === "paper" ? name : `${name}.${profile}`, "log.txt");
}
