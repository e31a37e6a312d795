import { createHash } from "node:crypto";

/** The hash functions that data sets are published with, and our own choice, sha256. */
export type HashAlgorithm = "md5" | "sha1" | "sha256";

/** A hash that is fed piece by piece. */
export interface RunningHash {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal; no update may follow. */
  hex(): string;
}

/** Begins a hash. */
export function startHash(algorithm: HashAlgorithm): RunningHash {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
}

/** Streams a file through a hash: lower-case hexadecimal. */
export async function hashFile(path: string, algorithm: HashAlgorithm): Promise<string> {
  const hash = startHash(algorithm);
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 20);
  for (let read = await file.read(buffer); read !== null; read = await file.read(buffer)) {
    hash.update(buffer.subarray(0, read));
  }
  return hash.hex();
}

/** Hash of bytes or of text in UTF-8. */
export function hashBytes(bytes: Uint8Array | string, algorithm: HashAlgorithm): string {
  return createHash(algorithm).update(bytes).digest("hex");
}
