/** Writes shared libraries of a few hundred bytes, as a compiler would make them, for tests of broken ones. */

/** Machine code of a function without arguments that returns the address `ahead` bytes after its own beginning. */
function returnAddress(ahead: number): Uint8Array {
  // lea rax, [rip + displacement]; ret. The displacement counts from the end of the first instruction.
  const code = new Uint8Array(8);
  code.set([0x48, 0x8d, 0x05]);
  new DataView(code.buffer).setInt32(3, ahead - 7, true);
  code[7] = 0xc3;
  return code;
}

const LOAD = 1;
const DYNAMIC = 2;
const ALL_RIGHTS = 7;

/**
 * A library for x86-64 Linux whose one function, `name`, returns the address of `data`: an ELF header, two program headers, the dynamic section with its
 * tables, code and data in one segment.
 */
export function smallLibrary(name: string, data: Uint8Array): Uint8Array {
  const [dynamicAt, tagCount] = [64 + 2 * 56, 6];
  const symbolsAt = dynamicAt + 16 * tagCount;
  const stringsAt = symbolsAt + 48;
  const strings = new TextEncoder().encode(`\0${name}\0`);
  const hashAt = Math.ceil((stringsAt + strings.length) / 8) * 8;
  const codeAt = hashAt + 24;
  const dataAt = codeAt + 8;
  const size = dataAt + data.length;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const words64 = (at: number, ...values: number[]) =>
    values.forEach((value, i) => view.setBigUint64(at + 8 * i, BigInt(value), true));
  const words32 = (at: number, ...values: number[]) =>
    values.forEach((value, i) => view.setUint32(at + 4 * i, value, true));
  const words16 = (at: number, ...values: number[]) =>
    values.forEach((value, i) => view.setUint16(at + 2 * i, value, true));
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  words16(16, 3, 0x3e); // a shared library for x86-64
  words32(20, 1);
  words64(32, 64); // program headers
  words16(52, 64, 56, 2);
  words32(64, LOAD, ALL_RIGHTS);
  words64(72, 0, 0, 0, size, size, 4096);
  words32(120, DYNAMIC, ALL_RIGHTS);
  words64(128, dynamicAt, dynamicAt, dynamicAt, 16 * tagCount, 16 * tagCount, 8);
  // Where hash table, strings and symbols are.
  words64(dynamicAt, ...[4, hashAt, 5, stringsAt, 6, symbolsAt, 10, strings.length, 11, 24, 0, 0]);
  words32(symbolsAt + 24, 1);
  bytes.set([0x12, 0], symbolsAt + 28); // a global function
  words16(symbolsAt + 30, 1);
  words64(symbolsAt + 32, codeAt, 8);
  bytes.set(strings, stringsAt);
  words32(hashAt, 1, 2, 1, 0, 0); // one bucket, which holds symbol 1
  bytes.set(returnAddress(dataAt - codeAt), codeAt);
  bytes.set(data, dataAt);
  return bytes;
}
