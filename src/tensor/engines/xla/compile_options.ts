/** Protocol buffer encoding of the few fields that are needed. */
function field(number: number, payload: readonly number[]): number[] {
  return [(number << 3) | 2, ...varint(payload.length), ...payload];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

function flag(number: number, value: number): number[] {
  return [number << 3, ...varint(value)];
}

function text(value: string): number[] {
  return [...new TextEncoder().encode(value)];
}

/** Fields of XLA's CompileOptionsProto, ExecutableBuildOptionsProto and OptionOverrideProto. */
const BUILD_OPTIONS = 3;
const [REPLICAS, PARTITIONS] = [4, 5];
const OVERRIDES = 7;
const [KEY, VALUE, BOOLEAN] = [1, 2, 2];

/** Serialised options of a compilation for one device. `flags` are XLA's debug options by name. */
export function compileOptions(
  flags: Readonly<Record<string, boolean>> = {},
): Uint8Array<ArrayBuffer> {
  const build = [...flag(REPLICAS, 1), ...flag(PARTITIONS, 1)];
  const overrides = Object.entries(flags).flatMap(([name, value]) =>
    field(OVERRIDES, [...field(KEY, text(name)), ...field(VALUE, flag(BOOLEAN, Number(value)))])
  );
  return Uint8Array.from([...field(BUILD_OPTIONS, build), ...overrides]);
}
