/** Which networks there are. Cheap to import: configs are checked against it; a network's code is loaded when it is used. */

/** A network's id, taken apart. */
export interface NetId {
  readonly kind: "wrn";
  /** Three BatchNorm layers side by side at the end (classwise_norm.ts). */
  readonly classwiseNorm: boolean;
  /** Convolutions of the main path; (depth − 4) is a multiple of 6. */
  readonly depth: number;
  /** Factor on the widths 16, 32, 64. */
  readonly width: number;
}

/** Takes `wrn-<depth>-<width>`, perhaps with `-cbn` for class-wise BatchNorm, apart. Throws a RangeError that says what was expected for anything else. */
export function parseNet(id: string): NetId {
  const match = /^wrn-(\d+)-(\d+)(-cbn)?$/.exec(id);
  if (match === null) {
    throw new RangeError(`Expected a net such as "wrn-28-2", found "${id}"`);
  }
  const depth = Number(match[1]);
  const width = Number(match[2]);
  if (depth < 10 || (depth - 4) % 6 !== 0) {
    throw new RangeError(`Expected a depth of 10, 16, 22, 28 … in "${id}", found ${depth}`);
  }
  if (width < 1) throw new RangeError(`Expected a width of at least 1 in "${id}", found ${width}`);
  return { kind: "wrn", depth, width, classwiseNorm: match[3] !== undefined };
}

/** Whether there is a network of this id. */
export function isNet(id: string): boolean {
  try {
    parseNet(id);
    return true;
  } catch {
    return false;
  }
}

/** URL of the module that defines the network: part of the code digest of what trains it. */
export function netModule(id: string): string {
  parseNet(id);
  return new URL("./wrn.ts", import.meta.url).href;
}

/** Q of the network: the length of its pooled feature. */
export function netFeatures(id: string): number {
  return 64 * parseNet(id).width;
}

/** Loads the network; `classwiseNorm` asks for class-wise BatchNorm whether or not the id does. */
export async function loadNet(
  id: string,
  options: {
    readonly classes: number;
    readonly channels: number;
    readonly classwiseNorm?: boolean;
  },
): Promise<import("./net.ts").Net> {
  const { depth, width, classwiseNorm } = parseNet(id);
  const { wideResNet } = await import("./wrn.ts");
  return wideResNet({
    depth,
    width,
    ...options,
    classwiseNorm: classwiseNorm || options.classwiseNorm === true,
  });
}
