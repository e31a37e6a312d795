/** What `e_machine` of an ELF file says, by Deno's names of architectures. */
const MACHINES: Readonly<Record<string, number>> = { x86_64: 0x3e, aarch64: 0xb7 };
const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;

function read(file: Deno.FsFile, offset: number, count: number): DataView {
  const bytes = new Uint8Array(count);
  file.seekSync(offset, Deno.SeekMode.Start);
  let done = 0;
  while (done < count) {
    const more = file.readSync(bytes.subarray(done));
    if (more === null) break;
    done += more;
  }
  return new DataView(bytes.buffer, 0, done);
}

/** End of the file as its headers describe it. */
function describedBytes(file: Deno.FsFile, header: DataView): number {
  const [programs, sections] = [header.getBigUint64(32, true), header.getBigUint64(40, true)];
  const programCount = header.getUint16(56, true);
  let end = Number(sections) + header.getUint16(58, true) * header.getUint16(60, true);
  const table = read(file, Number(programs), programCount * PROGRAM_HEADER_BYTES);
  for (let i = 0; (i + 1) * PROGRAM_HEADER_BYTES <= table.byteLength; i++) {
    const at = i * PROGRAM_HEADER_BYTES;
    end = Math.max(
      end,
      Number(table.getBigUint64(at + 8, true) + table.getBigUint64(at + 32, true)),
    );
  }
  return end;
}

/**
 * What is wrong with a shared library for this machine, or undefined. Loading a truncated one would kill the process, so this is looked at
 * first. Files of systems that do not use ELF are left to the loader.
 */
export function libraryFault(
  path: string,
  architecture: string = Deno.build.arch,
): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  using file = Deno.openSync(path);
  const header = read(file, 0, HEADER_BYTES);
  if (header.byteLength < 4 || header.getUint32(0) !== 0x7f454c46) return "is no shared library";
  const { size } = file.statSync();
  if (header.byteLength < HEADER_BYTES) return `is truncated: it has ${size} bytes`;
  const machine = header.getUint16(18, true);
  const name = Object.keys(MACHINES).find((known) => MACHINES[known] === machine);
  if (name !== architecture || header.getUint8(4) !== 2) {
    const found = name && header.getUint8(4) === 2 ? name : `another one (machine ${machine})`;
    return `is for another architecture: expected ${architecture}, found ${found}`;
  }
  const described = describedBytes(file, header);
  return described > size
    ? `is truncated: expected at least ${described} bytes, found ${size}`
    : undefined;
}
