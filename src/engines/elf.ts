/** `e_machine` of an ELF file -> Deno's name of the processor. */
const machines: Readonly<Record<number, string>> = { 62: "x86_64", 183: "aarch64" };

const headerBytes = 64;
const programHeaderBytes = 56;

function read(file: Deno.FsFile, { offset, bytes }: { offset: number; bytes: number }): DataView {
  const buffer = new Uint8Array(bytes);
  file.seekSync(offset, Deno.SeekMode.Start);
  let done = 0;
  while (done < bytes) {
    const more = file.readSync(buffer.subarray(done));
    if (more === null) break;
    done += more;
  }
  return new DataView(buffer.buffer, 0, done);
}

/** Where a file must end by what its headers say: behind its segments and its table of sections. */
function describedBytes(file: Deno.FsFile, header: DataView): number {
  const offset = Number(header.getBigUint64(32, true));
  const count = header.getUint16(56, true);
  const table = read(file, { offset, bytes: count * programHeaderBytes });
  let end = Number(header.getBigUint64(40, true)) +
    header.getUint16(58, true) * header.getUint16(60, true);
  for (let at = 0; at + programHeaderBytes <= table.byteLength; at += programHeaderBytes) {
    const segment = table.getBigUint64(at + 8, true) + table.getBigUint64(at + 32, true);
    end = Math.max(end, Number(segment));
  }
  return Math.max(end, offset + count * programHeaderBytes);
}

/**
 * What is wrong with a shared library for a 64-bit processor, or null. Reads its headers only: to map a shortened library can kill the
 * process, so this is asked first.
 */
export function libraryFault(path: string, arch: string = Deno.build.arch): string | null {
  let opened: Deno.FsFile;
  try {
    opened = Deno.openSync(path);
  } catch (error) {
    const absent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (absent) return "is missing";
    throw error;
  }
  using file = opened;
  const { size, isFile } = file.statSync();
  if (!isFile) return "is no file";
  const header = read(file, { offset: 0, bytes: headerBytes });
  if (size === 0) return "is empty";
  if (header.byteLength < 4 || header.getUint32(0) !== 0x7f454c46) return "is no ELF library";
  if (header.byteLength < headerBytes) return `is truncated: found ${size} bytes`;
  const machine = header.getUint16(18, true);
  const found = machines[machine] ?? `machine ${machine}`;
  if (header.getUint8(4) !== 2 || found !== arch) {
    return `is for another processor: expected ${arch}, found ${found}`;
  }
  const described = describedBytes(file, header);
  if (size >= described) return null;
  return `is truncated: expected at least ${described} bytes, found ${size}`;
}
