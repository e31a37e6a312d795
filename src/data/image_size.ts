/** Width and height in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** What a picture's header says. */
export interface PictureHeader extends ImageSize {
  /** Colour components of a JPEG: 4 are cyan, magenta, yellow and black. */
  readonly components?: number;
  /** Whether rows come in several passes, as in progressive JPEGs, so that a decoder needs all of them at once. */
  readonly progressive?: boolean;
}

/**
 * Size of a PNG, WebP or JPEG picture from its header, so that planning needs no native library. Null if the bytes are none
 * of these.
 */
export function imageSize(bytes: Uint8Array): ImageSize | null {
  const header = pictureHeader(bytes);
  return header === null ? null : { width: header.width, height: header.height };
}

/** As `imageSize`, with what else the header says. */
export function pictureHeader(bytes: Uint8Array): PictureHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (tag(bytes, 1, "PNG")) {
      return {
        width: view.getUint32(16),
        height: view.getUint32(20),
        progressive: view.getUint8(28) === 1,
      };
    }
    if (tag(bytes, 0, "RIFF") && tag(bytes, 8, "WEBP")) return webpSize(bytes, view);
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegHeader(view);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // the header is cut off
  }
  return null;
}

function tag(bytes: Uint8Array, at: number, text: string): boolean {
  return [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));
}

function webpSize(bytes: Uint8Array, view: DataView): ImageSize | null {
  if (tag(bytes, 12, "VP8L")) {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (tag(bytes, 12, "VP8X")) {
    const uint24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    return { width: uint24(24) + 1, height: uint24(27) + 1 };
  }
  if (tag(bytes, 12, "VP8 ")) {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
  return null;
}

function jpegHeader(view: DataView): PictureHeader {
  let at = 2;
  while (true) {
    while (view.getUint8(at + 1) === 0xff) at++; // filling
    const marker = view.getUint8(at + 1);
    // Start-of-frame markers are C0 to CF but for C4, C8 and CC.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return {
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        components: view.getUint8(at + 9),
        progressive: marker === 0xc2,
      };
    }
    at += 2 + view.getUint16(at + 2);
  }
}
