import { UserError } from "../errors.ts";
import { type ByteSource, readBytes } from "./byte_source.ts";
import {
  BLOCK_BYTES,
  checkMemberName,
  isPassedOver,
  isPlainFile,
  parseTarHeader,
} from "./tar_header.ts";

/** A regular file in a tar archive and where its bytes lie in the source. */
export interface TarMember {
  readonly name: string;
  readonly at: number;
  readonly size: number;
}

/**
 * Lists the regular files of a tar archive by going from header to header; nothing between them is read. Throws a UserError that
 * begins with the source's name for a damaged or truncated archive, for links, and for names that would leave the directory.
 */
export function tarMembers(source: ByteSource): TarMember[] {
  const fail = (what: string) => new UserError(`${source.name}: ${what}`);
  const members: TarMember[] = [];
  for (let at = 0;;) {
    if (at + BLOCK_BYTES > source.length) {
      throw fail(
        `truncated or no tar archive: expected a header at byte ${at}, found the end at ${source.length}`,
      );
    }
    const header = readBytes(source, { at, length: BLOCK_BYTES });
    if (header.every((byte) => byte === 0)) return members;
    const { name, size, type } = headerOf(header, fail);
    at += BLOCK_BYTES;
    if (isPlainFile(type)) members.push({ name, at, size });
    else if (!isPassedOver(type)) {
      throw fail(`"${name}" is a link or a special file: only plain files are expected`);
    }
    if (at + size > source.length) {
      throw fail(
        `truncated: "${name}" needs ${at + size} bytes of the archive, found ${source.length}`,
      );
    }
    at += Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
}

function headerOf(header: Uint8Array, fail: (what: string) => UserError) {
  try {
    const parsed = parseTarHeader(header);
    if (isPlainFile(parsed.type)) checkMemberName(parsed.name);
    return parsed;
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error));
  }
}
