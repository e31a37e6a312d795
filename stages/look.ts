import { join } from "node:path";
import { z } from "zod";
import { defineStage } from "../src/dag/define_stage.ts";
import { type PartMeta, readInt32, readPartMeta } from "../src/data/part_files.ts";
import { classCountPlot, type PartCounts } from "../src/report/class_count_plot.ts";
import { contactSheet } from "../src/report/contact_sheet.ts";
import { encodePng, type Picture } from "../src/report/png.ts";

const params = z.strictObject({
  /** Pipelines of the views. */
  weak: z.string(),
  strong: z.string(),
  /** Of the views' draws. */
  seed: z.int().min(0).max(0xffffffff),
  /** Images shown of each part. */
  images: z.int().min(1).max(100).default(10),
});

/** A prepared training set. */
interface TrainingSet {
  readonly train: string;
  readonly meta: PartMeta;
  readonly labels: Int32Array;
}

/** How often a view is drawn for each image of a sheet. */
interface ViewDraws {
  readonly view: "labelled" | "weak" | "strong";
  readonly pipeline: string;
  readonly draws: number;
}

/** Some images of a part: each class's first one, then the second ones, and so on. */
function variedSample(
  indices: Int32Array,
  { labels, count }: { readonly labels: Int32Array; readonly count: number },
): number[] {
  const seen = new Map<number, number>();
  const ranked = Array.from(indices, (index) => {
    const label = labels[index] ?? -1;
    const rank = seen.get(label) ?? 0;
    seen.set(label, rank + 1);
    return { index, label, rank };
  });
  return ranked.sort((a, b) => a.rank - b.rank || a.label - b.label)
    .slice(0, count).map(({ index }) => index);
}

async function readPixels(
  { train, meta }: TrainingSet,
  indices: readonly number[],
): Promise<Uint8Array> {
  const bytes = meta.height * meta.width * 3;
  const pixels = new Uint8Array(indices.length * bytes);
  using file = await Deno.open(join(train, "images.bin"));
  for (const [i, index] of indices.entries()) {
    await file.seek(index * bytes, Deno.SeekMode.Start);
    for (let at = 0; at < bytes;) {
      const read = await file.read(pixels.subarray(i * bytes + at, (i + 1) * bytes));
      if (read === null) throw new Error(`image ${index} is beyond the end of images.bin`);
      at += read;
    }
  }
  return pixels;
}

/** A row for each image: itself, then its views. */
async function sheetOf(
  shown: readonly number[],
  { set, seed, draws }: {
    readonly set: TrainingSet;
    readonly seed: number;
    readonly draws: readonly ViewDraws[];
  },
): Promise<Picture> {
  const { sampleViews } = await import("../src/augment/sample_views.ts");
  const { height, width } = set.meta;
  const size = height * width * 3;
  const images = await readPixels(set, shown);
  const columns = [images];
  for (const { view, pipeline, draws: times } of draws) {
    for (let step = 0; step < times; step++) {
      columns.push(sampleViews({ images, height, width }, { pipeline, view, key: [seed, step] }));
    }
  }
  const rows = shown.map((_, i) =>
    columns.map((column) => column.subarray(i * size, (i + 1) * size))
  );
  return contactSheet(rows, { height, width });
}

/** Images of each class, or null where the class of one is unknown. */
function knownCounts(indices: Int32Array, { labels, meta }: TrainingSet): number[] | null {
  const counts = new Array<number>(meta.classes).fill(0);
  for (const index of indices) {
    const label = labels[index] ?? -1;
    if (label < 0) return null;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

function section(name: string, draws: readonly ViewDraws[]): string {
  const views = draws.map(({ view, pipeline, draws: times }) =>
    `${times} ${view} views (\`${pipeline}\`)`
  );
  return `## ${name}\n\nEach row: an image as it is, then ${views.join(", then ")}.\n\n` +
    `![${name} images and their views](${name}.png)`;
}

/**
 * What a split looks like: contact sheets of its images and their views as training draws them, and how many images each class
 * has. The output holds report.md, class_counts.svg, labelled.png and, where there are unlabelled images, unlabelled.png.
 */
export const look = defineStage({
  name: "look",
  version: 1,
  module: import.meta.url,
  params,
  inputs: { images: "one", labelled: "one", unlabelled: "optional" },
  outputs: ["report"],
  async run(context) {
    const { weak, strong, seed, images: count } = context.params;
    const train = context.input("images");
    const meta = await readPartMeta(train);
    const set = { train, meta, labels: await readInt32(join(train, "labels.bin")) };
    const draws = {
      labelled: [{ view: "labelled", pipeline: weak, draws: 4 }],
      unlabelled: [
        { view: "weak", pipeline: weak, draws: 3 },
        { view: "strong", pipeline: strong, draws: 6 },
      ],
    } as const;
    const report = context.output("report");
    const parts: PartCounts[] = [];
    const sections: string[] = [];
    for (const name of ["labelled", "unlabelled"] as const) {
      if (!context.hasInput(name)) continue;
      const indices = await readInt32(join(context.input(name), "indices.bin"));
      parts.push({ name, counts: knownCounts(indices, set), total: indices.length });
      const shown = variedSample(indices, { labels: set.labels, count });
      const sheet = await sheetOf(shown, { set, seed, draws: draws[name] });
      await Deno.writeFile(join(report, `${name}.png`), encodePng(sheet));
      sections.push(section(name, draws[name]));
      context.log(`${name}: ${shown.length} of ${indices.length} images shown`);
    }
    const title = `${meta.dataset}: images of each class`;
    await Deno.writeTextFile(join(report, "class_counts.svg"), classCountPlot(parts, title));
    await Deno.writeTextFile(
      join(report, "report.md"),
      [`# ${meta.dataset}`, `![${title}](class_counts.svg)`, ...sections, ""].join("\n\n"),
    );
  },
});
