import { join } from "node:path";
import { UserError } from "../errors.ts";
import { fileSource, rangeSource } from "./byte_source.ts";
import { BLOCK_BYTES } from "./tar_header.ts";
import { tarMembers } from "./tar_members.ts";

/** Where pictures lie: a folder, or a stretch of a file that is a tar archive. */
export type PictureHome = { readonly folder: string } | TarHome;

/** All of a tar file, then without a name, or one that is a member of it. */
export interface TarHome {
  readonly tar: string;
  readonly at: number;
  readonly size: number;
  readonly name: string;
}

/** A picture's file in a home. */
export interface Picture {
  readonly name: string;
  readonly size: number;
  /** First byte in the tar archive; 0 in a folder. */
  readonly at: number;
}

const PICTURE = /^[^.].*\.(jpe?g|png)$/i;
/** No picture that could be decoded in the memory that there is comes near. */
const BYTE_LIMIT = 1 << 27;

/**
 * Lists the pictures of a home in order of their names; other files are passed over. Throws a UserError for a damaged tar archive
 * or one with a name that would leave its directory.
 */
export function listPictures(home: PictureHome): Picture[] {
  const found = "folder" in home ? inFolder(home.folder) : inTar(home);
  return found.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** Synchronous: a call costs less than handing it to another thread, and there are 1.3 million. */
function inFolder(folder: string): Picture[] {
  const names = [...Deno.readDirSync(folder)]
    .filter((entry) => !entry.isDirectory && PICTURE.test(entry.name));
  return names.map(({ name }) => ({ name, size: Deno.statSync(join(folder, name)).size, at: 0 }));
}

function inTar({ tar, at, size, name }: TarHome) {
  using file = Deno.openSync(tar);
  const { size: length } = file.statSync();
  const source = fileSource(file, { name: tar, length, windowBytes: BLOCK_BYTES });
  if (at + size > length) {
    throw new UserError(`${tar} is truncated: "${name}" needs ${at + size} bytes, found ${length}`);
  }
  return tarMembers(
    rangeSource({ source, at, length: size }, name === "" ? tar : `${tar}: ${name}`),
  )
    .map((member) => ({ name: baseName(member.name), size: member.size, at: at + member.at }))
    .filter((member) => PICTURE.test(member.name));
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** A picture's place in words, for messages. */
export function pictureName(home: PictureHome, { name }: Pick<Picture, "name">): string {
  if ("folder" in home) return join(home.folder, name);
  return home.name === "" ? `${home.tar}: ${name}` : `${home.tar}: ${home.name}: ${name}`;
}

/** Reads pictures of one home one after another. */
export class PictureReader {
  readonly #home: PictureHome;
  readonly #file: Deno.FsFile | null;

  constructor(home: PictureHome) {
    this.#home = home;
    this.#file = "folder" in home ? null : Deno.openSync(home.tar);
  }

  /** The file's bytes. Throws a UserError for one that is far too long to be a picture. */
  read(picture: Picture): Uint8Array {
    if (picture.size > BYTE_LIMIT) {
      throw new UserError(
        `${
          pictureName(this.#home, picture)
        }: expected a picture of at most ${BYTE_LIMIT} bytes, found ${picture.size}`,
      );
    }
    if ("folder" in this.#home) return Deno.readFileSync(join(this.#home.folder, picture.name));
    const bytes = new Uint8Array(picture.size);
    this.#file!.seekSync(picture.at, Deno.SeekMode.Start);
    for (let done = 0; done < bytes.length;) {
      const read = this.#file!.readSync(bytes.subarray(done));
      if (read === null) {
        throw new UserError(
          `${pictureName(this.#home, picture)}: the archive ends inside it: it is truncated`,
        );
      }
      done += read;
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    this.#file?.close();
  }
}
