import { UserError } from "../../errors.ts";
import { datasetFacts } from "../datasets.ts";
import type { LoadedPart, LoadedSet, LoadRequest } from "../loaded_set.ts";
import { type FileSink, keep, readOfficial } from "../official_source.ts";
import { PilResize } from "../pil_resize.ts";

/** Edge of an official picture, and of what is made of it (USB's `Resize(32)`). */
const OFFICIAL_EDGE = 96;
const EDGE = 32;
const OFFICIAL_BYTES = 3 * OFFICIAL_EDGE * OFFICIAL_EDGE;
const BYTES = 3 * EDGE * EDGE;
/** Of the official set, for the progress bar. */
const OFFICIAL_PICTURES = 113_000;

/**
 * Reads STL-10's binary archive or its unpacked folder. Pictures are resized from 96 to 32 pixels as they stream by, so the
 * 2.6 GB of unlabelled ones are never in memory. The training part holds the 5,000 labelled pictures, then the 100,000
 * unlabelled ones with label -1 (torchvision's `train+unlabeled`). Throws a UserError for files that do not fit together or have
 * changed since planning.
 */
export async function load(request: LoadRequest): Promise<LoadedSet> {
  const facts = datasetFacts("stl-10");
  if (facts === undefined) throw new Error("internal: no facts of stl-10");
  const pictures = new Map<string, Uint8Array>();
  const labels = new Map<string, Uint8Array>();
  let done = 0;
  const progress = (count: number) => {
    done += count;
    request.onProgress(Math.min(done, OFFICIAL_PICTURES), OFFICIAL_PICTURES);
    request.signal.throwIfAborted();
  };
  const sinks = new Map<string, FileSink>();
  for (const name of ["train_X.bin", "unlabeled_X.bin", "test_X.bin"]) {
    sinks.set(name, shrink(pictures, { name, path: request.path, progress }));
  }
  for (const name of ["train_y.bin", "test_y.bin"]) sinks.set(name, keep(labels, name));
  await readOfficial(request, { packed: request.kind === "stl-archive", hash: "md5", sinks });

  const part = (files: readonly string[], labelFile: string, officialCount: number): LoadedPart => {
    const parts = files.map((name) => pictures.get(name)!);
    const known = toLabels(labels.get(labelFile)!, {
      name: labelFile,
      pictures: parts[0]!.length / BYTES,
      classes: facts.classes,
      path: request.path,
    });
    const images = join(parts);
    const all = new Int32Array(images.length / BYTES).fill(-1);
    all.set(known);
    return { images, labels: all, ids: Int32Array.from(all.keys()), officialCount };
  };
  const train = part(["train_X.bin", "unlabeled_X.bin"], "train_y.bin", facts.trainCount);
  const test = part(["test_X.bin"], "test_y.bin", facts.testCount);
  return {
    height: EDGE,
    width: EDGE,
    classNames: facts.classNames,
    normalisation: facts.normalisation,
    source: `${facts.title}, official binary version, resized from 96 to 32 pixels as Pillow does`,
    train,
    test,
  };
}

/** A sink that resizes the pictures of a file while they pass. */
function shrink(pictures: Map<string, Uint8Array>, { name, path, progress }: {
  readonly name: string;
  readonly path: string;
  readonly progress: (count: number) => void;
}): FileSink {
  return async ({ size, pieces }) => {
    if (size % OFFICIAL_BYTES !== 0) {
      throw new UserError(
        `${path}: expected pictures of ${OFFICIAL_BYTES} bytes in ${name}, found ${size} bytes in all`,
      );
    }
    const resizer = new PilResize({
      width: OFFICIAL_EDGE,
      height: OFFICIAL_EDGE,
      edge: EDGE,
      filter: "bilinear",
    });
    const images = new Uint8Array((size / OFFICIAL_BYTES) * BYTES);
    const planes = new Uint8Array(OFFICIAL_BYTES);
    const picture = new Uint8Array(OFFICIAL_BYTES);
    let filled = 0;
    let at = 0;
    for await (let piece of pieces()) {
      const before = at;
      while (piece.length > 0) {
        const part = piece.subarray(0, OFFICIAL_BYTES - filled);
        planes.set(part, filled);
        filled += part.length;
        piece = piece.subarray(part.length);
        if (filled < OFFICIAL_BYTES) break;
        filled = 0;
        toPixels(planes, picture);
        resizer.resize(picture, images.subarray(at, at + BYTES));
        at += BYTES;
      }
      progress((at - before) / BYTES);
    }
    pictures.set(name, images);
  };
}

/** [3, column, row], STL-10's order, to [row, column, 3]. */
function toPixels(planes: Uint8Array, picture: Uint8Array): void {
  const plane = OFFICIAL_EDGE * OFFICIAL_EDGE;
  let from = 0;
  for (let x = 0; x < OFFICIAL_EDGE; x++) {
    for (let y = 0; y < OFFICIAL_EDGE; y++, from++) {
      const to = 3 * (y * OFFICIAL_EDGE + x);
      picture[to] = planes[from]!;
      picture[to + 1] = planes[plane + from]!;
      picture[to + 2] = planes[2 * plane + from]!;
    }
  }
}

/** Labels count from 1 in the files, from 0 here. */
function toLabels(bytes: Uint8Array, { name, pictures, classes, path }: {
  readonly name: string;
  readonly pictures: number;
  readonly classes: number;
  readonly path: string;
}): Int32Array {
  if (bytes.length !== pictures) {
    throw new UserError(
      `${path}: expected ${pictures} labels in ${name}, one a picture, found ${bytes.length}`,
    );
  }
  return Int32Array.from(bytes, (label, at) => {
    if (label < 1 || label > classes) {
      throw new UserError(
        `${path}: picture ${at} has label ${label} in ${name}, expected one of 1 to ${classes}`,
      );
    }
    return label - 1;
  });
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
