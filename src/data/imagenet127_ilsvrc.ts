import { join } from "node:path";
import { findIlsvrc, type IlsvrcFiles } from "./ilsvrc_files.ts";
import { surveyIlsvrc } from "./ilsvrc_survey.ts";
import { listValidation, type ValidationPicture } from "./ilsvrc_validation.ts";
import { readImagenet127 } from "./imagenet127.ts";
import { Mt19937 } from "./mt19937.ts";
import { numpyShuffle } from "./numpy_shuffle.ts";
import { statFile } from "./official_check.ts";
import type { PictureHome } from "./picture_home.ts";
import { checkPlanned, type Made, type MakeOptions } from "./make_imagenet127.ts";
import { PreprocessLedger } from "./preprocess_ledger.ts";
import { type Pieces, runPieces } from "./run_pieces.ts";
import type { ShrinkRequest, ShrinkResult } from "./shrink_pictures.ts";

/** Pictures of a piece of validation pictures that lie all in one place. */
const PIECE_PICTURES = 500;

/**
 * Makes the parts of ILSVRC-2012's original pictures. Training pictures come in a random order drawn once (numpy's `shuffle`, seed
 * 0, over the pictures by WordNet id and file name), as in the downsampled files: the first images of a group are then of all its
 * classes. Validation pictures come by number. Folders and archives give the same bytes.
 */
export async function makeFromIlsvrc(options: MakeOptions): Promise<Made> {
  const { folder, checkpoints, edge, signal, log } = options;
  const { labelOfWnid, groupOfLabel } = await readImagenet127();
  const files = await findIlsvrc(folder, [...labelOfWnid.keys()]);
  const survey = files === null
    ? null
    : await surveyIlsvrc(files, { labelOfWnid, cache: new Map() });
  checkPlanned(survey?.digest ?? null, options);
  const ledger = await PreprocessLedger.open(options);
  const counts = survey!.trainCounts ?? await countClasses(files!, { options, ledger });
  const validation = await listValidation(files!, { labelOfWnid });
  const order = Int32Array.from({ length: counts.reduce((sum, n) => sum + n, 0) }, (_, i) => i);
  numpyShuffle(order, new Mt19937(0));
  const sizes = { train: order.length, test: validation.length };
  const bytes = 3 * edge ** 2;
  const kept = await allocate(checkpoints, {
    train: sizes.train * bytes,
    test: sizes.test * bytes,
  });
  if (!kept) ledger.done.clear();
  const pieces = [
    ...trainPieces(files!, { counts, order, options }),
    ...validationPieces(validation, options),
  ];
  const waiting = pieces.filter(({ name }) => !ledger.done.has(name));
  if (waiting.length < pieces.length) {
    log(`going on after ${pieces.length - waiting.length} of ${pieces.length} pieces`);
  }
  try {
    await runPieces(
      new Shrinking(options, { waiting, ledger, total: sizes.train + sizes.test }),
      signal,
    );
  } finally {
    await ledger.flush();
  }
  const classGroups = [...labelOfWnid.values()].map((label) => groupOfLabel[label]!);
  const groups = classGroups.flatMap((group, c) => new Array<number>(counts[c]!).fill(group));
  return {
    train: {
      images: join(checkpoints, "train.images"),
      groups: order.map((picture) => groups[picture]!),
      ids: order,
    },
    test: {
      images: join(checkpoints, "test.images"),
      groups: Int32Array.from(validation, ({ label }) => groupOfLabel[label]!),
      ids: Int32Array.from(validation, ({ number }) => number - 1),
    },
    source:
      "ILSVRC-2012, original pictures, shrunk by a box filter, training order drawn with seed 0",
  };
}

/** Training pictures of each class in an archive. */
async function countClasses(files: IlsvrcFiles, { options, ledger }: {
  readonly options: MakeOptions;
  readonly ledger: PreprocessLedger;
}): Promise<readonly number[]> {
  const { pool, signal } = options;
  const waiting = [...files.train].filter(([wnid]) => !ledger.counts.has(wnid));
  options.log(`counting the pictures of ${waiting.length} archives`);
  await runPieces({
    size: pool.size,
    next: () => waiting.shift() ?? null,
    run: async ([, home], signal) =>
      await pool.run({ kind: "count", home }, { signal, onProgress: () => {} }) as number,
    done: async ([wnid], count) => {
      ledger.counts.set(wnid, count);
      if (ledger.counts.size % 20 === 0) await ledger.flush();
    },
  }, signal);
  await ledger.flush();
  return [...files.train.keys()].map((wnid) => ledger.counts.get(wnid)!);
}

/** Makes the files of pictures as long as they will be; returns whether they were there. */
async function allocate(checkpoints: string, lengths: {
  readonly train: number;
  readonly test: number;
}): Promise<boolean> {
  let kept = true;
  for (const part of ["train", "test"] as const) {
    const path = join(checkpoints, `${part}.images`);
    if ((await statFile(path))?.size === lengths[part]) continue;
    kept = false;
    using file = await Deno.create(path);
    await file.truncate(lengths[part]);
  }
  return kept;
}

/** A piece of the work and its name in the ledger. */
interface Piece {
  readonly name: string;
  readonly request: ShrinkRequest;
}

/** One piece a class. */
function* trainPieces(files: IlsvrcFiles, { counts, order, options }: {
  readonly counts: readonly number[];
  readonly order: Int32Array;
  readonly options: MakeOptions;
}): Generator<Piece> {
  const rowOf = new Int32Array(order.length);
  order.forEach((picture, row) => rowOf[picture] = row);
  let first = 0;
  for (const [i, [wnid, home]] of [...files.train].entries()) {
    const rows = rowOf.slice(first, first + counts[i]!);
    first += counts[i]!;
    yield { name: `train ${wnid}`, request: { ...requestOf(options, "train"), home, rows } };
  }
}

/** Some pictures of one home a piece. */
function validationPieces(
  validation: readonly ValidationPicture[],
  options: MakeOptions,
): Piece[] {
  const byHome = new Map<PictureHome, [number, ValidationPicture][]>();
  validation.forEach((each, row) => {
    const list = byHome.get(each.home) ?? [];
    list.push([row, each]);
    byHome.set(each.home, list);
  });
  const pieces: Piece[] = [];
  for (const [home, list] of byHome) {
    for (let at = 0; at < list.length; at += PIECE_PICTURES) {
      const some = list.slice(at, at + PIECE_PICTURES);
      const rows = Int32Array.from(some, ([row]) => row);
      const pictures = some.map(([, { picture }]) => picture);
      const request = { ...requestOf(options, "test"), home, pictures, rows };
      pieces.push({ name: `val ${some[0]![1].number}`, request });
    }
  }
  return pieces;
}

function requestOf({ checkpoints, edge }: MakeOptions, part: "train" | "test") {
  return { to: join(checkpoints, `${part}.images`), edge, large: false };
}

/** Shrinks pieces side by side; the large pictures that they leave out come one piece at a time. */
class Shrinking implements Pieces<Piece, ShrinkResult> {
  readonly size: number;
  readonly #options: MakeOptions;
  readonly #ledger: PreprocessLedger;
  readonly #waiting: Piece[];
  readonly #large: Piece[] = [];
  readonly #total: number;
  #largeRuns = false;
  #done: number;

  constructor(options: MakeOptions, { waiting, ledger, total }: {
    readonly waiting: readonly Piece[];
    readonly ledger: PreprocessLedger;
    readonly total: number;
  }) {
    this.#options = options;
    this.size = options.pool.size;
    this.#ledger = ledger;
    this.#waiting = [...waiting];
    this.#total = total;
    this.#done = total - waiting.reduce((sum, { request }) => sum + request.rows.length, 0);
  }

  next(): Piece | null {
    const large = this.#largeRuns ? undefined : this.#large.shift();
    if (large === undefined) return this.#waiting.shift() ?? null;
    this.#largeRuns = true;
    return large;
  }

  async run({ request }: Piece, signal: AbortSignal): Promise<ShrinkResult> {
    return await this.#options.pool.run({ kind: "shrink", request }, {
      signal,
      onProgress: (count) => {
        this.#done += count;
        this.#options.onProgress(this.#done, this.#total);
      },
    }) as ShrinkResult;
  }

  async done({ name, request }: Piece, { pictures, rows }: ShrinkResult): Promise<void> {
    if (request.large) this.#largeRuns = false;
    if (pictures.length === 0) return await this.#ledger.finish(name, request.rows.length);
    this.#large.push({ name, request: { ...request, pictures, rows, large: true } });
  }
}
