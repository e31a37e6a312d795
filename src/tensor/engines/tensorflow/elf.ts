import { UserError } from "../../../errors.ts";

/** `e_machine` of the processors that Deno runs on. */
const MACHINES: Readonly<Record<number, string>> = { 62: "x86_64", 183: "aarch64" };

const HEADER_BYTES = 64;

/**
 * Checks that a file is a whole 64-bit ELF library for this processor: mapping a shortened one can kill the process.
 * `advice` ends the message. Throws a UserError that names the file and what is wrong with it.
 */
export async function checkSharedLibrary(path: string, advice: string): Promise<void> {
  const wrong = (what: string) => new UserError(`${path}: ${what}. ${advice}`);
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw wrong("the file is missing");
  }
  using open = file;
  const { size, isFile } = await open.stat();
  if (!isFile) throw wrong("expected a file");
  const header = new Uint8Array(HEADER_BYTES);
  const read = await open.read(header) ?? 0;
  const isElf = header.slice(0, 4).every((byte, i) => byte === [0x7f, 0x45, 0x4c, 0x46][i]);
  if (!isElf) throw wrong(size ? "expected an ELF library, found another kind of file" : "empty");
  const view = new DataView(header.buffer);
  const machine = MACHINES[view.getUint16(18, true)] ?? `machine ${view.getUint16(18, true)}`;
  if (machine !== Deno.build.arch) {
    throw wrong(`made for ${machine}, but this machine is ${Deno.build.arch}`);
  }
  // The table of sections is the last thing in a library: its end is the file's.
  const end = Number(view.getBigUint64(40, true)) +
    view.getUint16(58, true) * view.getUint16(60, true);
  if (read < HEADER_BYTES || size < end) {
    throw wrong(`truncated: ${size} bytes of at least ${Math.max(end, HEADER_BYTES)}`);
  }
}
