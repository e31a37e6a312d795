/** The record beside every stored result: the components of its key, where it came from, what it cost. */
import { type FileDigest, hashBytes, type Json, type TreeDigest } from "./hash.ts";

/** An input of a finished node. */
export type ManifestInput = {
  readonly stage: string;
  readonly output: string;
  readonly recipe: string;
  /** Content key and family under which the producer's result lay. */
  readonly key: string;
  readonly family: string;
  readonly digest: string;
} | { readonly absent: string };

/** What identifies a node that runs and says what it is made from: in its job, and afterwards in its manifest. */
export interface NodeIdentity {
  readonly stage: string;
  readonly version: number;
  readonly recipe: string;
  readonly key: string;
  readonly label: string;
  readonly cells: readonly string[];
  readonly params: Json;
  readonly inputs: Readonly<Record<string, ManifestInput | readonly ManifestInput[]>>;
  readonly code: {
    readonly digest: string;
    readonly modules: Readonly<Record<string, string>>;
    readonly packages: Readonly<Record<string, string>>;
  };
  /** Digest of the frozen copy from which it runs. */
  readonly copy: string;
  /** Engine family, or `any` for a stage whose result does not depend on it. */
  readonly family: string;
}

export interface Manifest extends NodeIdentity {
  readonly format: number;
  readonly outputs: Readonly<Record<string, TreeDigest>>;
  readonly run: {
    /** ISO 8601, UTC. */
    readonly finished: string;
    readonly wallSeconds: number;
    readonly peakBytes: number;
    readonly threads: number;
    readonly deno: string;
    readonly machine: Readonly<Record<string, string | number>>;
    /** What the caller and the stage want kept: commit, command; engine and its digest. */
    readonly notes: Readonly<Record<string, string>>;
  };
}

const mark = /^\{\n {2}"check": "([0-9a-f]{64})",\n/;

/** Manifest as text; its first field is a hash of all that follows, so that a damaged one is noticed. */
export function formatManifest(manifest: Manifest): string {
  const body = JSON.stringify(manifest, undefined, 2).slice(2) + "\n";
  return `{\n  "check": "${hashBytes(body)}",\n${body}`;
}

/** Parses a manifest; undefined if its text is not what was written. */
export function parseManifest(text: string): Manifest | undefined {
  const head = mark.exec(text);
  if (!head) return undefined;
  const body = text.slice(head[0].length);
  if (hashBytes(body) !== head[1]) return undefined;
  return JSON.parse(`{${body}`) as Manifest;
}

/** All inputs of a manifest in one list. */
export function inputsOf(manifest: Pick<Manifest, "inputs">): readonly ManifestInput[] {
  return Object.values(manifest.inputs).flatMap((input) => Array.isArray(input) ? input : [input]);
}

/** Name of the first file that differs between what was written and what is there; undefined if all agree. */
export function firstDifference(written: TreeDigest, found: TreeDigest): string | undefined {
  const there = new Map(found.files.map((file): [string, FileDigest] => [file.path, file]));
  const changed = written.files.find((file) => there.get(file.path)?.digest !== file.digest);
  if (changed) return changed.path;
  const expected = new Set(written.files.map((file) => file.path));
  return found.files.find((file) => !expected.has(file.path))?.path;
}
