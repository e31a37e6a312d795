/** Which networks there are. Cheap to import: configs are checked against it; a network's code is loaded when it is used. */
import { resNetStages } from "./resnet_stages.ts";

interface WideResNetId {
  readonly kind: "wrn";
  /** Three BatchNorm layers side by side at the end (classwise_norm.ts). */
  readonly classwiseNorm: boolean;
  /** Convolutions of the main path; (depth − 4) is a multiple of 6. */
  readonly depth: number;
  /** Factor on the widths 16, 32, 64. */
  readonly width: number;
}

interface SmallResNetId {
  readonly kind: "resnet";
  readonly classwiseNorm: boolean;
  /** Convolutions of the main path and the classifier. */
  readonly depth: number;
  /** Channels of the first convolution: 64 unless the id says otherwise. */
  readonly width: number;
}

/** A network's id, taken apart. */
export type NetId = WideResNetId | SmallResNetId;

/**
 * Takes an id apart: `wrn-<depth>-<width>`, `resnet-<depth>-small` or, narrower, `resnet-<depth>-small-w<channels>`, each perhaps with
 * `-cbn` for class-wise BatchNorm. Throws a RangeError that says what was expected for anything else.
 */
export function parseNet(id: string): NetId {
  const wrn = /^wrn-(\d+)-(\d+)(-cbn)?$/.exec(id);
  if (wrn !== null) return parseWideResNet(id, wrn);
  const resnet = /^resnet-(\d+)-small(?:-w(\d+))?(-cbn)?$/.exec(id);
  if (resnet === null) {
    throw new RangeError(`Expected a net such as "wrn-28-2" or "resnet-50-small", found "${id}"`);
  }
  const [, depth, width = "64", cbn] = resnet;
  resNetStages(Number(depth));
  if (Number(width) < 1) {
    throw new RangeError(`Expected a width of at least 1 in "${id}", found ${width}`);
  }
  return {
    kind: "resnet",
    depth: Number(depth),
    width: Number(width),
    classwiseNorm: cbn !== undefined,
  };
}

function parseWideResNet(id: string, match: RegExpExecArray): WideResNetId {
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
  return new URL(`./${parseNet(id).kind}.ts`, import.meta.url).href;
}

/** Q of the network: the length of its pooled feature. */
export function netFeatures(id: string): number {
  const { kind, width } = parseNet(id);
  return kind === "wrn" ? 64 * width : 32 * width;
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
  const { kind, depth, width, ...parsed } = parseNet(id);
  const classwiseNorm = parsed.classwiseNorm || options.classwiseNorm === true;
  const sizes = { ...options, depth, width, classwiseNorm };
  if (kind === "wrn") return (await import("./wrn.ts")).wideResNet(sizes);
  return (await import("./resnet.ts")).smallResNet(sizes);
}
