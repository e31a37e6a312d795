import { dirname } from "node:path";
import { OutsideError } from "../errors.ts";
import { type HashAlgorithm, hashFile } from "./hash_file.ts";
import { statFile } from "./official_check.ts";

/** What to download, and how to know it. */
export interface DownloadOptions {
  readonly url: string;
  /** Where the file goes; until it is whole and checked it is called `<path>.part`. */
  readonly path: string;
  readonly expected: {
    readonly bytes: number;
    readonly algorithm: HashAlgorithm;
    readonly hash: string;
  };
  /** The network; Deno's own unless a test brings another. */
  readonly fetch?: typeof fetch | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads a file, going on where an earlier call was interrupted, and checks its hash before it gets its name. Throws an
 * Error that says what to do if the server answers with something else, the transfer breaks off, or the hash is wrong.
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { url, path, expected } = options;
  const part = `${path}.part`;
  await Deno.mkdir(dirname(path), { recursive: true });
  const begun = (await statFile(part))?.size ?? 0;
  if (begun > expected.bytes) {
    throw new OutsideError(
      `${part} has ${begun} bytes, more than the ${expected.bytes} of the whole file: delete it to start again`,
    );
  }
  if (begun < expected.bytes) await transfer({ ...options, part, begun });
  options.onProgress?.(expected.bytes, expected.bytes);
  const found = await hashFile(part, expected.algorithm);
  if (found !== expected.hash) {
    await Deno.remove(part);
    throw new OutsideError(
      `${url} did not give the expected file: expected ${expected.algorithm} ${expected.hash}, found ${found}. ` +
        "What came was deleted; the next try starts from the beginning",
    );
  }
  await Deno.rename(part, path);
}

async function transfer(
  options: DownloadOptions & { readonly part: string; readonly begun: number },
) {
  const { url, part, begun, expected, signal, onProgress } = options;
  const total = expected.bytes;
  const response = await request(options);
  const fail = async (problem: string) => {
    await response.body?.cancel();
    return new OutsideError(`${url}: ${problem}`);
  };
  if (!response.ok) {
    throw await fail(`the server answered ${response.status} ${response.statusText}`.trim());
  }
  if (begun > 0 && response.status !== 206) {
    throw await fail(
      `the server does not go on from byte ${begun} but starts again: delete ${part} to do so, too`,
    );
  }
  const range = response.headers.get("content-range");
  if (begun > 0 && range?.startsWith(`bytes ${begun}-`) !== true) {
    throw await fail(`expected the bytes from ${begun} on, found "${range ?? "no content-range"}"`);
  }
  const length = response.headers.get("content-length");
  if (length !== null && begun + Number(length) !== total) {
    throw await fail(`expected a file of ${total} bytes, found one of ${begun + Number(length)}`);
  }
  let done = begun;
  const interrupted = (why: string) =>
    new OutsideError(
      `${url}: interrupted after ${done} of ${total} bytes (${why}); the next try goes on from there`,
    );
  using file = await Deno.open(part, { append: true, create: true });
  const chunks = (response.body ?? new ReadableStream<Uint8Array<ArrayBuffer>>()).getReader();
  while (true) {
    const next = await chunks.read().catch((error: Error) => {
      signal?.throwIfAborted();
      throw interrupted(error.message);
    });
    if (next.done) break;
    if (done + next.value.length > total) {
      await chunks.cancel();
      throw new OutsideError(
        `${url}: expected ${total} bytes, the server sends more: delete ${part} to start again`,
      );
    }
    for (let at = 0; at < next.value.length;) at += await file.write(next.value.subarray(at));
    done += next.value.length;
    onProgress?.(done, total);
  }
  await file.sync();
  if (done < total) throw interrupted("the server closed the connection");
}

async function request(options: DownloadOptions & { readonly begun: number }): Promise<Response> {
  const { url, begun, signal } = options;
  const get = options.fetch ?? fetch;
  try {
    return await get(url, {
      // Compressed on the way, a file would have neither the length nor the ranges asked for.
      headers: {
        "accept-encoding": "identity",
        ...(begun > 0 ? { range: `bytes=${begun}-` } : {}),
      },
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new OutsideError(`${url}: no answer (${error instanceof Error ? error.message : error})`);
  }
}
