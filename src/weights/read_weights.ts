import { fileSource, readBytes } from "../data/byte_source.ts";
import { UserError } from "../errors.ts";
import { asFloat32Values, decodeSafetensors, type SafeTensor } from "../train/safetensors.ts";
import { chooseEntry, type EntryChoice, namedTensors, onlyEntry } from "./named_tensors.ts";
import { plainNames } from "./plain_names.ts";
import { isTorchFile, readTorchFile, type TorchFile } from "./torch_file.ts";
import {
  elementCount,
  SPREAD_LIMIT,
  storageValues,
  type TorchTensor,
  viewValues,
} from "./torch_tensor.ts";

/** A tensor in PyTorch's layout: kernels OIHW, linear weights [out, in]. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Weights by the net's own names. */
export type Weights = ReadonlyMap<string, WeightTensor>;

/**
 * Reads the weights of a net from what `torch.save` wrote (a state dict, or a checkpoint with one under `model`, `ema_model` …) or from
 * a safetensors file (a state dict, or a `last.safetensors` of this program). Nothing in the file is run. Floats of any width
 * become float32; wrappers' prefixes and BatchNorm's counters are left out.
 *
 * @param entry which state dict of a checkpoint: `ema_model`, for example; null for the only or usual one
 * @throws {UserError} that begins with the file's name, for everything else
 */
export async function readWeights(path: string, entry: string | null): Promise<Weights> {
  using file = await Deno.open(path);
  const source = fileSource(file, { name: path, length: (await file.stat()).size });
  const choice = { entry, source: path };
  if (isTorchFile(source)) {
    const torch = readTorchFile(source);
    const tensors = plainNames(namedTensors(torch.value, choice), path);
    checkTotal(tensors, source);
    return fromTorch(tensors, { torch, path });
  }
  return fromSafetensors(readBytes(source, { at: 0, length: source.length }), choice);
}

/** Views of one storage may overlap: all tensors together must not ask for memory that the file's length does not justify. */
function checkTotal(
  tensors: ReadonlyMap<string, TorchTensor>,
  { name, length }: { readonly name: string; readonly length: number },
): void {
  const total = tensors.values().reduce((sum, tensor) => sum + elementCount(tensor), 0);
  // A float has two bytes or more: a file without overlaps has at most half as many elements as bytes.
  const limit = Math.max(length, SPREAD_LIMIT);
  if (total <= limit) return;
  throw new UserError(
    `${name}: expected tensors of at most ${limit} elements together in a file of ${length} bytes, found ${total}`,
  );
}

/** Reads each storage once, whatever number of tensors lie in it. */
function fromTorch(
  tensors: ReadonlyMap<string, TorchTensor>,
  { torch, path }: { readonly torch: TorchFile; readonly path: string },
): Weights {
  const weights = new Map<string, WeightTensor>();
  const storages = Map.groupBy(
    tensors,
    ([, { storage: { key, type, count } }]) => `${type} ${count} ${key}`,
  );
  for (const views of storages.values()) {
    const [name, { storage }] = views[0]!;
    const bytes = torch.bytesOf(storage);
    const values = storageValues(storage, { bytes, name: `${path}: ${name}` });
    for (const [name, tensor] of views) {
      weights.set(name, { shape: tensor.shape, data: viewValues(tensor, values) });
    }
  }
  return weights;
}

function fromSafetensors(bytes: Uint8Array, choice: EntryChoice): Weights {
  const { source } = choice;
  let tensors: ReadonlyMap<string, SafeTensor>;
  try {
    ({ tensors } = decodeSafetensors(bytes, source));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError(
      `${error.message} (expected a .pth file of torch.save or a safetensors file)`,
    );
  }
  const weights = new Map<string, WeightTensor>();
  for (const [name, tensor] of plainNames(ownEntry(tensors, choice), source)) {
    try {
      weights.set(name, { shape: tensor.shape, data: asFloat32Values(tensor) });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new UserError(`${source}: ${name}: ${error.message}`);
    }
  }
  return weights;
}

/** Which prefixes of this program's own files make up an entry. */
const OWN: Readonly<Record<string, RegExp>> = {
  model: /^(param|buffer)\./,
  ema_model: /^(ema|buffer)\./,
};

/** A state dict as it is, or the parameters or averages of a whole training state. */
function ownEntry(
  tensors: ReadonlyMap<string, SafeTensor>,
  choice: EntryChoice,
): ReadonlyMap<string, SafeTensor> {
  const names = [...tensors.keys()];
  const state = /^(param|ema|momentum|buffer|method)\./;
  if (names.length === 0 || !names.every((name) => state.test(name))) {
    return onlyEntry(tensors, choice);
  }
  const found = Object.keys(OWN).filter((entry) =>
    names.some((name) => OWN[entry]!.test(name) && !name.startsWith("buffer."))
  );
  const wanted = OWN[chooseEntry(found, choice)]!;
  return new Map(
    [...tensors].filter(([name]) => wanted.test(name))
      .map(([name, tensor]) => [name.slice(name.indexOf(".") + 1), tensor]),
  );
}
