import { UserError } from "../errors.ts";
import type { MadePart, PartsOptions } from "./imagenet127_parts.ts";
import type { PreprocessPool } from "./preprocess_pool.ts";

/** What to make, and where. */
export interface PreprocessOptions extends Omit<PartsOptions, "source"> {
  /** `imagenet-127-32` or `imagenet-127-64`. */
  readonly dataset: string;
  readonly kind: "downsampled" | "ilsvrc";
  /** Folder of the batches, archives or pictures. */
  readonly folder: string;
  /** What planning found there. */
  readonly digest: string;
  /** Keeps what is done over a crash; on the file system of the outputs. */
  readonly checkpoints: string;
  /** Cores to use. */
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** What makes the pictures of a kind of source. */
export interface MakeOptions extends Omit<PreprocessOptions, "kind" | "test" | "outputs"> {
  /** Edge of a picture in pixels. */
  readonly edge: number;
  readonly pool: PreprocessPool;
}

/** The parts with their source in words. */
export interface Made {
  readonly train: MadePart;
  readonly test: MadePart;
  readonly source: string;
}

/** Throws a UserError unless the files are those that the run was planned with. */
export function checkPlanned(
  found: string | null,
  { folder, digest }: Pick<PreprocessOptions, "folder" | "digest">,
): void {
  if (found === digest) return;
  throw new UserError(
    `${folder} is not what it was when the run was planned: expected ${digest}, found ${
      found ?? "none of its files"
    }`,
  );
}
