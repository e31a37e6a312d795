/** Golden vectors: the folder that GOLDEN names, else shared/golden beside the project. */
import { ok } from "node:assert/strict";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { decodeSafetensors, float32Values, int32Values } from "../src/train/safetensors.ts";

const asked = Deno.env.get("GOLDEN");
const folder = asked === undefined
  ? new URL("../../shared/golden/", import.meta.url)
  : pathToFileURL(`${resolve(asked)}/`);

function isFolder(path: URL): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

/**
 * A test of golden vectors: ignored where there are none, unless GOLDEN asks for them; then it fails without them.
 * `ignore` leaves it out in any case.
 */
export function goldenTest(
  name: string,
  body: () => Promise<void>,
  { ignore = false, ...options }: Pick<Deno.TestDefinition, "sanitizeResources" | "ignore"> = {},
): void {
  const there = isFolder(folder);
  const fn = () => {
    ok(there, `GOLDEN is "${asked}": expected a folder of golden vectors`);
    return body();
  };
  Deno.test({ name, ignore: ignore || (asked === undefined && !there), fn, ...options });
}

/** The parsed JSON file of that name. */
export async function goldenJson<T>(file: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(file, folder))) as T;
}

/** A tensor of a golden file. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** All tensors of a safetensors file; int32 and uint8 ones as float32 too. */
export async function goldenTensors(file: string): Promise<Map<string, GoldenTensor>> {
  const { tensors } = decodeSafetensors(await Deno.readFile(new URL(file, folder)), file);
  return new Map(
    [...tensors].map(([name, tensor]) => {
      const data = tensor.dtype === "F32"
        ? float32Values(tensor)
        : Float32Array.from(tensor.dtype === "I32" ? int32Values(tensor) : tensor.bytes);
      return [name, { shape: tensor.shape, data }];
    }),
  );
}

/** Asserts |a − b| ≤ tolerance · max|b| everywhere. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { tolerance, what }: { readonly tolerance: number; readonly what: string },
): void {
  ok(actual.length === expected.length, `${what}: ${actual.length} values, not ${expected.length}`);
  let scale = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    const difference = Math.abs(actual[i]! - expected[i]!);
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }
  ok(worst <= tolerance * scale, `${what}: off by ${worst}, largest value ${scale}`);
}
