import { endianness } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { LoadedPart, LoadedSet } from "./loaded_set.ts";

const channels = z.tuple([z.number(), z.number(), z.number()]);

/** The meta.json beside images.bin, labels.bin and ids.bin. */
export const partMeta = z.strictObject({
  dataset: z.string(),
  part: z.enum(["train", "test"]),
  count: z.int(),
  height: z.int(),
  width: z.int(),
  channels: z.literal(3),
  classes: z.int(),
  class_names: z.array(z.string()),
  mean: channels,
  std: channels,
  /** Images that the full set's part has; larger than `count` for a sample. */
  official_count: z.int(),
  source: z.string(),
  /** Whether fixed.bin says which images are labelled. */
  fixed_split: z.boolean(),
});

export type PartMeta = z.infer<typeof partMeta>;

/** Writes one part of a data set into an empty directory. */
export async function writePart(directory: string, options: {
  readonly dataset: string;
  readonly part: "train" | "test";
  readonly set: LoadedSet;
}): Promise<void> {
  const { dataset, part, set } = options;
  const data: LoadedPart = set[part];
  const meta: PartMeta = {
    dataset,
    part,
    count: data.labels.length,
    height: set.height,
    width: set.width,
    channels: 3,
    classes: set.classNames.length,
    class_names: [...set.classNames],
    mean: [...set.normalisation.mean],
    std: [...set.normalisation.std],
    official_count: data.officialCount,
    source: set.source,
    fixed_split: data.fixed !== undefined,
  };
  await Deno.writeFile(join(directory, "images.bin"), data.images);
  await writeInt32(join(directory, "labels.bin"), data.labels);
  await writeInt32(join(directory, "ids.bin"), data.ids);
  if (data.fixed !== undefined) await Deno.writeFile(join(directory, "fixed.bin"), data.fixed);
  await writeJson(join(directory, "meta.json"), meta);
}

/** Reads meta.json of a part. */
export async function readPartMeta(directory: string): Promise<PartMeta> {
  return partMeta.parse(JSON.parse(await Deno.readTextFile(join(directory, "meta.json"))));
}

/** Writes int32 values, little endian. */
export async function writeInt32(path: string, values: Int32Array): Promise<void> {
  requireLittleEndian();
  await Deno.writeFile(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/** Reads int32 values, little endian. */
export async function readInt32(path: string): Promise<Int32Array> {
  requireLittleEndian();
  const bytes = await Deno.readFile(path);
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** JSON with an end of line. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

function requireLittleEndian(): void {
  if (endianness() !== "LE") throw new Error("This machine is big endian, which is not supported");
}
