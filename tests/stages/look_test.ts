import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { look } from "../../stages/look.ts";
import { prepare } from "../../stages/prepare.ts";
import { split } from "../../stages/split.ts";
import { filesBelow, runStage } from "./fake_context.ts";

const [SIZE, CLASSES] = [12, 3];

/** A synthetic split, looked at. */
async function lookAt(
  directory: string,
  { unlabelled }: { readonly unlabelled: boolean },
): Promise<Record<string, Uint8Array>> {
  const prepared = join(directory, "prepared");
  const synthetic = { classes: CLASSES, size: SIZE, train_per_class: 30, test_per_class: 2 };
  await runStage(prepare, {
    directory: prepared,
    params: {
      dataset: "synthetic",
      source: { kind: "synthetic", digest: "parameters" },
      synthetic,
    },
  });
  const images = join(prepared, "train");
  await runStage(split, {
    directory: join(directory, "split"),
    params: {
      labelled: { head: 10, ratio: 5 },
      unlabelled: { head: 18, ratio: 2, shape: "consistent" },
      seed: 0,
    },
    inputs: { train: images },
  });
  const parts = unlabelled ? ["labelled", "unlabelled"] : ["labelled"];
  const named = parts.map((name) => [name, join(directory, "split", name)]);
  await runStage(look, {
    directory: join(directory, "look"),
    params: { weak: "crop|flip", strong: "randaugment", seed: 4, images: 5 },
    inputs: { images, ...Object.fromEntries(named) },
  });
  return await filesBelow(join(directory, "look", "report"));
}

async function inDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Width and height of a PNG, and its rows of pixels, each after its filter's byte. */
function decoded(png: Uint8Array): { width: number; height: number; rows: Uint8Array } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const length = view.getUint32(33);
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    rows: inflateSync(png.subarray(41, 41 + length)),
  };
}

Deno.test("look draws sheets of images with their views, and the class counts", async () => {
  await inDirectory(async (directory) => {
    const files = await lookAt(directory, { unlabelled: true });
    deepStrictEqual(Object.keys(files).sort(), [
      "class_counts.svg",
      "labelled.png",
      "report.md",
      "unlabelled.png",
    ]);
    const { width, height, rows } = decoded(files["unlabelled.png"]!);
    const tile = 2 * SIZE + 4;
    deepStrictEqual([width, height], [10 * tile + 4, 5 * tile + 4]); // image, 3 weak, 6 strong
    strictEqual(rows.length, height * (3 * width + 1));
    ok(new Set(rows).size > 20);
    strictEqual(decoded(files["labelled.png"]!).width, 5 * tile + 4);
    const text = (name: string) => new TextDecoder().decode(files[name]);
    match(text("report.md"), /then 3 weak views \(`crop\|flip`\), then 6 strong views/);
    match(text("class_counts.svg"), /labelled: 16 images[\s\S]*class 2: 2[\s\S]*unlabelled: 39/);
  });
});

Deno.test("look gives the same bytes again, and leaves out an absent part", async () => {
  await inDirectory(async (directory) => {
    const first = await lookAt(join(directory, "a"), { unlabelled: true });
    deepStrictEqual(await lookAt(join(directory, "b"), { unlabelled: true }), first);
    const alone = await lookAt(join(directory, "c"), { unlabelled: false });
    deepStrictEqual(Object.keys(alone).sort(), ["class_counts.svg", "labelled.png", "report.md"]);
    deepStrictEqual(alone["labelled.png"], first["labelled.png"]);
  });
});
