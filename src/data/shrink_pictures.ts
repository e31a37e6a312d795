import { UserError } from "../errors.ts";
import { pictureHeader } from "./image_size.ts";
import {
  listPictures,
  type Picture,
  type PictureHome,
  pictureName,
  PictureReader,
} from "./picture_home.ts";
import { shrinkPicture } from "./shrink_picture.ts";

/** A picture of more pixels waits until nothing else of its kind is decoded, so that memory stays small. */
const LARGE_PIXELS = 3_000_000;
/** So does a longer file, before it is read: each lane of each worker has one in memory. */
const LARGE_BYTES = 1 << 22;

/** Pictures side by side: one is decoded while the other is read, averaged and written. */
const LANES = 2;

/** Pictures of one home to shrink, and where in a file each of them goes. */
export interface ShrinkRequest {
  readonly home: PictureHome;
  /** All of the home in order of their names if left out. */
  readonly pictures?: readonly Picture[];
  /** Row of each picture in the file. */
  readonly rows: Int32Array;
  /** A file of pictures, uint8 [n, edge, edge, 3]; it is there already. */
  readonly to: string;
  readonly edge: number;
  /** Whether to take the large ones too, which are otherwise left out. */
  readonly large: boolean;
}

/** The large pictures that were left out. */
export interface ShrinkResult {
  readonly pictures: readonly Picture[];
  readonly rows: Int32Array;
}

/**
 * Shrinks pictures and writes each into its row; how many were written is told as it goes. Throws a UserError that names the picture
 * for one that cannot be decoded, and the home if it has other pictures than the request has rows.
 */
export async function shrinkPictures(request: ShrinkRequest, { signal, onProgress }: {
  readonly signal: AbortSignal;
  readonly onProgress: (count: number) => void;
}): Promise<ShrinkResult> {
  const { home, rows, edge } = request;
  const pictures = request.pictures ?? listPictures(home);
  if (pictures.length !== rows.length) {
    const where = pictureName(home, { name: "" });
    throw new UserError(
      `${where}: expected ${rows.length} pictures as before, found ${pictures.length}`,
    );
  }
  const left: number[] = [];
  using reader = new PictureReader(home);
  using target = Deno.openSync(request.to, { write: true });
  let next = 0;
  const lane = async () => {
    while (next < pictures.length) {
      signal.throwIfAborted();
      const place = next++;
      const picture = pictures[place]!;
      if (!request.large && picture.size > LARGE_BYTES) {
        left.push(place);
        continue;
      }
      const bytes = reader.read(picture);
      const header = pictureHeader(bytes);
      if (!request.large && header !== null && header.width * header.height > LARGE_PIXELS) {
        left.push(place);
        continue;
      }
      const pixels = await shrinkPicture(bytes, { name: pictureName(home, picture), edge });
      target.seekSync(rows[place]! * pixels.length, Deno.SeekMode.Start);
      for (let at = 0; at < pixels.length;) at += target.writeSync(pixels.subarray(at));
      onProgress(1);
    }
  };
  await settled(Array.from({ length: request.large ? 1 : LANES }, lane));
  left.sort((a, b) => a - b);
  return {
    pictures: left.map((place) => pictures[place]!),
    rows: Int32Array.from(left, (place) => rows[place]!),
  };
}

/** Waits for all, then throws the first failure: nothing goes on behind the caller's back. */
async function settled(lanes: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(lanes);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
