import type { Capabilities } from "../config/mod.ts";
import { COUNT_SHAPES } from "../data/count_request.ts";
import { methodIds, methodParams } from "../methods/registry.ts";
import { parseNet } from "../nets/registry.ts";

const loadableDatasets: ReadonlySet<string> = new Set([
  "synthetic",
  "cifar-10",
  "cifar-100",
  "stl-10",
  "imagenet-127-32",
  "imagenet-127-64",
]);

function accepts(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const netNames = [
  "resnet-50-small",
  "resnet-14-small",
  ...[10, 16, 22, 28, 34, 40].flatMap((depth) =>
    Array.from({ length: 10 }, (_, i) => `wrn-${depth}-${i + 1}`)
  ),
];

/**
 * What this version can run: what a sweep file names beyond it is listed as missing or refused, never hidden.
 *
 * @param folders data sets that the user brings as folders of images: any id will do
 */
export function capabilities(folders: Readonly<Record<string, string>> = {}): Capabilities {
  return {
    methods: Object.fromEntries(methodIds().map((id) => [id, { params: methodParams(id) }])),
    nets: (id) => accepts(parseNet, id),
    netNames,
    strong: ["randaugment", "simple"],
    weak: ["crop|flip", "crop(zero)|flip"],
    precisions: ["f32"],
    shapes: [...COUNT_SHAPES, "all"],
    datasets: (id) => loadableDatasets.has(id) || id in folders,
  };
}
