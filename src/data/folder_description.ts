import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";

const channels = z.tuple([z.number(), z.number(), z.number()]);

/** The optional dataset.json of an indexed folder. */
export const folderDescription = z.strictObject({
  /** Normalisation per channel, for images in [0, 1]. */
  mean: channels.optional(),
  std: channels.refine((std) => std.every((s) => s > 0), "Expected numbers above 0").optional(),
  /** Pixels of one image; without them a sheet's tile is square, a 32nd of the sheet's width. */
  width: z.int().min(1).optional(),
  height: z.int().min(1).optional(),
  /** Images of the full set, where the folder is a sample of it. */
  official_train_count: z.int().min(1).optional(),
  official_test_count: z.int().min(1).optional(),
  licence: z.string().optional(),
  citation: z.string().optional(),
});

export type FolderDescription = z.infer<typeof folderDescription>;

/** Reads dataset.json; an absent one is an empty description. `text` is null then. Throws a UserError for a mistake in it. */
export async function readFolderDescription(folder: string): Promise<{
  readonly description: FolderDescription;
  readonly text: string | null;
}> {
  const path = join(folder, "dataset.json");
  const text = await readOptional(path);
  if (text === null) return { description: {}, text };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(
      `${path}: expected JSON (${error instanceof Error ? error.message : error})`,
    );
  }
  const parsed = folderDescription.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new UserError(
      `${path}: ${["", ...issue.path].slice(1).join(".") || "top level"}: ${issue.message}`,
    );
  }
  return { description: parsed.data, text };
}

/** Reads classes.txt, one name a line in label order; null if it is absent. Throws a UserError for an empty or repeated name. */
export async function readClassNames(folder: string): Promise<
  {
    readonly names: readonly string[];
    readonly text: string;
  } | null
> {
  const path = join(folder, "classes.txt");
  const text = await readOptional(path);
  if (text === null) return null;
  const names = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((name) => name.trim());
  for (const [index, name] of names.entries()) {
    if (name === "") {
      throw new UserError(`${path}:${index + 1}:1 Expected a class name, found an empty line`);
    }
    const first = names.indexOf(name);
    if (first < index) {
      throw new UserError(`${path}:${index + 1}:1 "${name}" is also the name in line ${first + 1}`);
    }
  }
  return { names, text };
}

async function readOptional(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
