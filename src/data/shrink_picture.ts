import { UserError } from "../errors.ts";
import { pictureHeader } from "./image_size.ts";
import { PilResize } from "./pil_resize.ts";

/** Bytes of decoded rows that are in memory at a time, unless that would be more than so many bands: each is decoded from the top. */
const BAND_BYTES = 1 << 22;
const BAND_LIMIT = 8;
/** A larger picture is refused. The JPEG library takes up to 6 bytes a pixel for a progressive one. */
const PIXEL_LIMIT = 100_000_000;
const PROGRESSIVE_PIXEL_LIMIT = 50_000_000;

/**
 * Shrinks a picture file (JPEG or PNG, whatever its name says) to uint8 [edge, edge, 3]: the mean over the area of each output
 * pixel, of the whole picture whatever its proportions, as the authors of downsampled ImageNet did it with Pillow (`image_resizer_imagent.py`,
 * `BOX`). Decoded by sharp, whose pixels are Pillow's; its own kernels have no box, so the mean is `PilResize`'s. Colour profiles
 * and orientation are ignored, grey becomes RGB, transparency is dropped, CMYK is multiplied with black as Pillow does.
 * A large picture is decoded in bands. Throws a UserError that begins with `name` for bytes that are no whole picture.
 */
export async function shrinkPicture(bytes: Uint8Array, { name, edge }: {
  readonly name: string;
  readonly edge: number;
}): Promise<Uint8Array> {
  const header = pictureHeader(bytes);
  if (header === null) {
    throw new UserError(
      `${name}: expected a JPEG or PNG picture, found ${bytes.length} bytes of something else`,
    );
  }
  const { width, height, progressive = false } = header;
  const limit = progressive ? PROGRESSIVE_PIXEL_LIMIT : PIXEL_LIMIT;
  if (width * height > limit) {
    const kind = progressive ? "progressive picture" : "picture";
    throw new UserError(
      `${name}: expected a ${kind} of at most ${limit} pixels, found ${width} × ${height}`,
    );
  }
  const decode = await decoder(bytes, { name, cmyk: header.components === 4 });
  const resizer = new PilResize({ width, height, edge, filter: "box" });
  const rows = Math.max(Math.ceil(height / BAND_LIMIT), Math.floor(BAND_BYTES / (width * 4)));
  for (let top = 0; top < height; top += rows) {
    const some = Math.min(rows, height - top);
    const band = some === height ? undefined : { left: 0, top, width, height: some };
    const pixels = await decode(band);
    if (pixels.length !== some * width * 3) {
      throw new UserError(
        `${name}: expected ${width} × ${some} pixels of 3 colours, found ${pixels.length} bytes`,
      );
    }
    resizer.takeRows(pixels, top);
    release(pixels);
  }
  const target = new Uint8Array(edge * edge * 3);
  resizer.finish(target);
  return target;
}

/** Gives the pixels' memory back at once: the garbage collector lets many pictures pile up. A buffer that others use too is left. */
function release({ buffer, length }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0);
}

/** A stretch of rows, or all of them. */
type Band = { left: number; top: number; width: number; height: number } | undefined;

async function decoder(bytes: Uint8Array, { name, cmyk }: {
  readonly name: string;
  readonly cmyk: boolean;
}): Promise<(band: Band) => Promise<Uint8Array>> {
  const { default: sharp } = await import("sharp");
  sharp.cache(false);
  sharp.concurrency(1);
  return async (band) => {
    const opened = sharp(bytes, {
      failOn: "truncated",
      ignoreIcc: true,
      limitInputPixels: PIXEL_LIMIT,
    });
    const part = band === undefined ? opened : opened.extract(band);
    const plain = cmyk
      ? part.pipelineColourspace("cmyk").toColourspace("cmyk")
      : part.removeAlpha().toColourspace("srgb");
    const pixels = await plain.raw().toBuffer().catch((error: Error) => {
      throw new UserError(`${name}: not a readable picture (${error.message})`);
    });
    return cmyk ? fromCmyk(pixels) : pixels;
  };
}

/** uint8 [n, 4], 255 being full ink, to uint8 [n, 3]: white less black, less the colour's part of what remains. */
function fromCmyk(inks: Uint8Array): Uint8Array {
  const pixels = new Uint8Array((inks.length / 4) * 3);
  for (let from = 0, to = 0; from < inks.length; from += 4) {
    const light = 255 - inks[from + 3]!;
    for (let colour = 0; colour < 3; colour++, to++) {
      const product = inks[from + colour]! * light + 128;
      pixels[to] = light - (((product >> 8) + product) >> 8); // division by 255, rounded
    }
  }
  return pixels;
}
