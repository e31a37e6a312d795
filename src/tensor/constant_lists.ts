import { specText, type TensorSpec } from "./program.ts";

interface Known {
  readonly value: number;
  readonly data: readonly number[];
}

/** The constants of several elements in a program under construction, to find equal ones: they may have 100,000 elements. */
export class ConstantLists {
  /** By what tells most of them apart. */
  readonly #known = new Map<string, Known[]>();

  /** The value of a constant with these elements; `make` adds it where there is none yet. A plain array is kept as it is. */
  valueOf(
    spec: TensorSpec,
    data: ArrayLike<number>,
    make: (data: readonly number[]) => number,
  ): number {
    const key = `${specText(spec)} ${digest(data)}`;
    const alike = this.#known.get(key) ?? [];
    const known = alike.find((constant) => sameElements(constant.data, data));
    if (known) return known.value;
    const values = Array.isArray(data) ? data as readonly number[] : listed(data);
    const value = make(values);
    this.#known.set(key, [...alike, { value, data: values }]);
    return value;
  }
}

/** FNV-1a over the bits of up to a hundred elements, 32 bits. */
function digest(values: ArrayLike<number>): number {
  const element = new Float64Array(1);
  const [low, high] = [
    new Uint32Array(element.buffer, 0, 1),
    new Uint32Array(element.buffer, 4, 1),
  ];
  let hash = 0x811c9dc5;
  const step = Math.ceil(values.length / 100);
  for (let i = 0; i < values.length; i += step) {
    element[0] = values[i]!;
    hash = Math.imul(hash ^ low[0]!, 0x01000193);
    hash = Math.imul(hash ^ high[0]!, 0x01000193);
  }
  return hash;
}

/** `Array.from` without an iterator: several times as fast. */
function listed(data: ArrayLike<number>): number[] {
  const list = new Array<number>(data.length);
  for (let i = 0; i < list.length; i++) list[i] = data[i]!;
  return list;
}

function sameElements(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a === b) return true;
  let same = a.length === b.length;
  for (let i = 0; same && i < a.length; i++) same = Object.is(a[i], b[i]);
  return same;
}
