import { UserError } from "../../errors.ts";
import { memorySource, readBytes } from "../byte_source.ts";
import { CIFAR_EDGE, cifarSet } from "../cifar_set.ts";
import { datasetFacts } from "../datasets.ts";
import type { LoadedPart, LoadedSet, LoadRequest } from "../loaded_set.ts";
import { keep, readOfficial } from "../official_source.ts";
import { pickledBytes, pickledIntegers, readPickledDict } from "../pickle.ts";
import { interleave } from "../planes.ts";

const BYTES = 3 * CIFAR_EDGE * CIFAR_EDGE;

/** The python version of a set: pickled dictionaries with `data` [n, 3072] and a list of labels. */
interface PythonLayout {
  /** In the order of torchvision's training set. */
  readonly trainFiles: readonly string[];
  readonly testFile: string;
  readonly labels: string;
}

const LAYOUTS: Readonly<Record<string, PythonLayout>> = {
  "cifar-10": {
    trainFiles: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}`),
    testFile: "test_batch",
    labels: "labels",
  },
  "cifar-100": { trainFiles: ["train"], testFile: "test", labels: "fine_labels" },
};

/**
 * Reads CIFAR-10 or CIFAR-100 from the official python archive or its unpacked folder; nothing in its pickles is run. Throws a
 * UserError for a pickle that holds anything else, and if the bytes have changed since planning.
 */
export async function load(request: LoadRequest): Promise<LoadedSet> {
  const layout = LAYOUTS[request.dataset];
  const facts = datasetFacts(request.dataset);
  if (layout === undefined || facts === undefined) {
    throw new Error(`internal: no python layout for ${request.dataset}`);
  }
  const files = new Map<string, Uint8Array>();
  await readOfficial(request, {
    packed: request.kind === "python-archive",
    hash: "md5",
    sinks: new Map(
      [...layout.trainFiles, layout.testFile].map((name) => [name, keep(files, name)]),
    ),
  });
  const part = (names: readonly string[], officialCount: number): LoadedPart => {
    const batches = names.map((name) =>
      readBatch(files.get(name)!, { name: `${request.path}: ${name}`, layout, facts })
    );
    const labels = Int32Array.from(batches.flatMap((batch) => batch.labels));
    const images = new Uint8Array(labels.length * BYTES);
    let at = 0;
    for (const batch of batches) {
      for (let from = 0; from < batch.planes.length; from += BYTES, at += BYTES) {
        interleave(batch.planes.subarray(from, from + BYTES), images.subarray(at, at + BYTES));
      }
    }
    return { images, labels, ids: Int32Array.from(labels.keys()), officialCount };
  };
  return cifarSet({ request, facts, layout }, part);
}

/** One pickled file: pictures plane by plane, and their labels. */
function readBatch(bytes: Uint8Array, { name, layout, facts }: {
  readonly name: string;
  readonly layout: PythonLayout;
  readonly facts: { readonly classes: number };
}): { readonly planes: Uint8Array; readonly labels: readonly number[] } {
  const dict = readPickledDict(memorySource(bytes, name));
  const data = pickledBytes(dict, "data", name);
  const labels = pickledIntegers(dict, layout.labels, name);
  const [count, width] = data.shape;
  if (data.shape.length !== 2 || width !== BYTES || count !== labels.length || data.fortran) {
    throw new UserError(
      `${name}: expected ${labels.length} pictures of ${BYTES} bytes, one a label, in C order, ` +
        `found an array of ${data.shape.join(" × ")}`,
    );
  }
  const wrong = labels.findIndex((label) => label < 0 || label >= facts.classes);
  if (wrong !== -1) {
    throw new UserError(
      `${name}: picture ${wrong} has label ${labels[wrong]}, expected one below ${facts.classes}`,
    );
  }
  const { source, at, length } = data.bytes;
  return { planes: readBytes(source, { at, length }), labels };
}
