import { UserError } from "../../errors.ts";
import { binaryFileNames, type BinaryLayout, binaryLayout } from "../binary_layout.ts";
import { CIFAR_EDGE, cifarSet } from "../cifar_set.ts";
import { datasetFacts } from "../datasets.ts";
import type { LoadedPart, LoadedSet, LoadRequest } from "../loaded_set.ts";
import { keep, readOfficial } from "../official_source.ts";
import { interleave } from "../planes.ts";

const PIXELS = CIFAR_EDGE * CIFAR_EDGE;

/** Reads CIFAR-10 or CIFAR-100 from the official binary archive or its unpacked folder. Throws a UserError if the bytes have changed since planning. */
export async function load(request: LoadRequest): Promise<LoadedSet> {
  const layout = binaryLayout(request.dataset);
  const facts = datasetFacts(request.dataset);
  if (layout === undefined || facts === undefined) {
    throw new Error(`internal: no binary layout for ${request.dataset}`);
  }
  const files = new Map<string, Uint8Array>();
  await readOfficial(request, {
    packed: request.kind === "archive",
    hash: "sha1",
    sinks: new Map(binaryFileNames(layout).map((name) => [name, keep(files, name)])),
  });
  const decode = (names: readonly string[], officialCount: number) =>
    decodeFiles(names, {
      layout,
      files,
      classes: facts.classes,
      officialCount,
      path: request.path,
    });
  return cifarSet({ request, facts, layout }, decode);
}

function decodeFiles(names: readonly string[], options: {
  readonly layout: BinaryLayout;
  readonly classes: number;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly officialCount: number;
  readonly path: string;
}): LoadedPart {
  const { layout, classes, files, officialCount, path } = options;
  const recordBytes = layout.labelBytes + 3 * PIXELS;
  const contents = names.map((name) => {
    const bytes = files.get(name);
    if (bytes === undefined) throw new UserError(`${path}: expected a file ${name}, found none`);
    if (bytes.length % recordBytes !== 0) {
      throw new UserError(
        `${path}: expected records of ${recordBytes} bytes in ${name}, found ${bytes.length} bytes in all`,
      );
    }
    return { name, bytes, records: bytes.length / recordBytes };
  });
  const count = contents.reduce((sum, { records }) => sum + records, 0);
  const images = new Uint8Array(count * 3 * PIXELS);
  const labels = new Int32Array(count);
  let at = 0;
  for (const { name, bytes, records } of contents) {
    for (let r = 0; r < records; r++, at++) {
      const label = bytes[r * recordBytes + layout.labelAt]!;
      if (label >= classes) {
        throw new UserError(
          `${path}: record ${r} of ${name} has label ${label}, expected one below ${classes}`,
        );
      }
      labels[at] = label;
      const from = r * recordBytes + layout.labelBytes;
      interleave(bytes.subarray(from, from + 3 * PIXELS), images.subarray(at * 3 * PIXELS));
    }
  }
  return { images, labels, ids: Int32Array.from(labels.keys()), officialCount };
}
