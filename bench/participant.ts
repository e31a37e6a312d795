/** A process that does steps when it is asked to, and waits on its input otherwise: what `interleave` takes in turn. */
import { TextLineStream } from "./text_lines.ts";

/** What a process did when it was asked for steps. */
export interface Turn {
  /** Wall time of all steps together. */
  readonly milliseconds: number;
  /** Processor time of the process, all threads. */
  readonly cpuSeconds: number;
  /** The most memory that the process has had so far. */
  readonly peakBytes: number;
  /** Of the last step, where there is one. */
  readonly loss?: number;
}

/** What a process says of itself before its first turn: `absent` says why it cannot take part. */
export type Greeting = { readonly absent: string } | {
  readonly absent?: never;
  readonly version?: string;
  readonly recordMilliseconds?: number;
  readonly readyMilliseconds?: number;
  readonly cachedMilliseconds?: number;
};

/** A process that takes turns. */
export interface Participant {
  readonly name: string;
  readonly greeting: Greeting;
  turn(steps: number): Promise<Turn>;
  /** Ends the process. */
  stop(): Promise<void>;
}

/**
 * Starts a process and waits for its greeting. Each line {"steps": n} on its input is answered by a line with a `Turn`.
 *
 * @throws {Error} if the process ends, with its name
 */
export async function startParticipant(
  name: string,
  { command, args }: { readonly command: string; readonly args: readonly string[] },
): Promise<Participant> {
  let process: Deno.ChildProcess;
  try {
    process = new Deno.Command(command, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const nothing = () => Promise.reject(new Error(`internal: ${name} takes no part`));
    return { name, greeting: { absent: "not installed" }, turn: nothing, stop: async () => {} };
  }
  const lines = process.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  const writer = process.stdin.getWriter();
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.read();
    if (!done) return JSON.parse(value);
    const { code, signal } = await process.status;
    throw new Error(`the measurement of ${name} ended with ${signal ?? `code ${code}`}`);
  };
  return {
    name,
    greeting: await answer() as Greeting,
    async turn(steps) {
      await writer.write(new TextEncoder().encode(`${JSON.stringify({ steps })}\n`));
      return await answer() as Turn;
    },
    async stop() {
      await writer.close().catch(() => {}); // It has ended already.
      await lines.cancel();
      await process.status;
    },
  };
}
