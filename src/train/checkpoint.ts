import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { HostArray } from "../tensor/engine.ts";
import { checkpointName, parseCheckpointName } from "./checkpoint_name.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Values,
  int32Values,
  type SafeTensor,
  safeTensor,
} from "./safetensors.ts";
import { writeAtomically } from "./write_atomically.ts";

/** Host values of a tensor with its shape, row-major. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: HostArray;
}

/** All that a run needs to go on as if it had never stopped. */
export interface Snapshot<R = unknown> {
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** Everything else, as JSON. */
  readonly record: R;
}

const KEPT = 2;

/** Options of `Checkpoints`. */
export interface CheckpointOptions {
  /** Tells runs apart: a checkpoint with another one is neither read nor deleted. */
  readonly fingerprint: string;
  /** Takes one line for each checkpoint that is another run's, and a warning for each that is ignored. */
  readonly log: (line: string, options?: { readonly warning?: boolean }) => void;
}

/** The last two checkpoints of a run, numbered in the order of writing, in a directory. */
export class Checkpoints<R = unknown> {
  readonly #directory: string;
  readonly #options: CheckpointOptions;
  /** As in the names of its checkpoints. */
  readonly #run: number;

  constructor(directory: string, options: CheckpointOptions) {
    this.#directory = directory;
    this.#options = options;
    this.#run = crc32(options.fingerprint);
  }

  /** Writes a checkpoint and deletes all but the newest two. */
  async write(snapshot: Snapshot<R>): Promise<void> {
    const { numbers } = await this.#list();
    const next = (numbers[0] ?? 0) + 1;
    await writeAtomically(this.#path(next), encode(snapshot, this.#options.fingerprint));
    for (const number of numbers.slice(KEPT - 1)) await Deno.remove(this.#path(number));
  }

  /**
   * The newest checkpoint that is whole, of this run, and usable according to `accept` (which says what is wrong, or
   * nothing). The run's own that are not are warned of and deleted, another run's logged. Undefined if there is none.
   */
  async latest(
    accept: (snapshot: Snapshot<R>) => Promise<string | undefined> = () =>
      Promise.resolve(undefined),
  ): Promise<Snapshot<R> | undefined> {
    const { numbers, foreign } = await this.#list();
    for (const name of foreign) {
      this.#options.log(`Skipping checkpoint ${join(this.#directory, name)}: it is another run's`);
    }
    const ignored: string[] = [];
    const warn = (outcome: string) =>
      ignored.forEach((line) => this.#options.log(`${line}; ${outcome}`, { warning: true }));
    for (const number of numbers) {
      const path = this.#path(number);
      try {
        const snapshot = decode<R>(await Deno.readFile(path), this.#options.fingerprint);
        const problem = await accept(snapshot);
        if (problem === undefined) {
          warn("going on from the one before it");
          return snapshot;
        }
        ignored.push(`checkpoint ${path} is damaged: ${problem}`);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        ignored.push(
          `checkpoint ${path} is damaged: ${error.message.replace(/^checkpoint: /, "")}`,
        );
      }
      await Deno.remove(path);
    }
    warn("starting at step 0");
    return undefined;
  }

  /** Numbers of the run's own checkpoints, newest first, and names of the others. */
  async #list(): Promise<{ readonly numbers: number[]; readonly foreign: string[] }> {
    const numbers: number[] = [];
    const foreign: string[] = [];
    for await (const { name } of Deno.readDir(this.#directory)) {
      const parsed = parseCheckpointName(name);
      if (parsed === undefined) continue;
      if (parsed.run === this.#run) numbers.push(parsed.number);
      else foreign.push(name);
    }
    return { numbers: numbers.sort((a, b) => b - a), foreign: foreign.sort() };
  }

  #path(number: number): string {
    return join(this.#directory, checkpointName({ run: this.#run, number }));
  }
}

function encode<R>({ tensors, record }: Snapshot<R>, fingerprint: string): Uint8Array {
  const stored: Record<string, SafeTensor> = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    stored[name] = safeTensor(data, shape);
  }
  const json = JSON.stringify(record);
  return encodeSafetensors(stored, { fingerprint, record: json, crc32: checksum(stored, json) });
}

function decode<R>(bytes: Uint8Array, fingerprint: string): Snapshot<R> {
  const { tensors, metadata } = decodeSafetensors(bytes, "checkpoint");
  if (metadata.fingerprint !== fingerprint) throw new SyntaxError("it belongs to another run");
  const json = metadata.record ?? "";
  if (metadata.crc32 !== checksum(Object.fromEntries(tensors), json)) {
    throw new SyntaxError("its checksum does not match");
  }
  const read: Record<string, StoredTensor> = {};
  for (const [name, tensor] of tensors) {
    const data = tensor.dtype === "F32"
      ? float32Values(tensor)
      : tensor.dtype === "I32"
      ? int32Values(tensor)
      : tensor.bytes.slice();
    read[name] = { shape: tensor.shape, data };
  }
  return { tensors: read, record: JSON.parse(json) as R };
}

function checksum(tensors: Readonly<Record<string, SafeTensor>>, json: string): string {
  let sum = crc32(json);
  for (const name of Object.keys(tensors).sort()) sum = crc32(tensors[name]!.bytes, sum);
  return sum.toString(16);
}
