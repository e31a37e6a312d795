/** The names that PyTorch's checkpoints mention, and what they stand for here. */
import { type PickleDialect } from "../data/pickle_reader.ts";
import {
  numpyDialect,
  Opaque,
  type PickleValue,
  ShortBytes,
  textOf,
  Tuple,
  Unfinished,
} from "../data/pickle_values.ts";
import { UserError } from "../errors.ts";
import type { ElementType } from "../train/element_type.ts";
import { type TorchStorage, type TorchTensor, viewProblem } from "./torch_tensor.ts";

/** A storage's class. */
class StorageType {
  constructor(readonly type: ElementType) {}
}

/** Something that can be called. */
class Callable {
  constructor(readonly name: keyof typeof CALLS) {}
}

/** A storage or a tensor, as values of a pickle. */
export class StorageValue extends Opaque<TorchStorage> {}
export class TensorValue extends Opaque<TorchTensor> {}

const STORAGES: Readonly<Record<string, ElementType>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
};

type Call = (items: readonly PickleValue[], where: string) => PickleValue;

const scalar: Call = ([type, bytes], where) => {
  const view = bytes instanceof ShortBytes ? new DataView(bytes.bytes.slice().buffer) : null;
  const read = type instanceof Unfinished && view ? SCALARS[type.type] : undefined;
  if (read === undefined || view === null || view.byteLength !== read.bytes) {
    throw new UserError(`${where}: the pickle holds a numpy scalar that is no plain number`);
  }
  return read.value(view);
};

const SCALARS: Readonly<
  Record<string, { readonly bytes: number; value(view: DataView): PickleValue }>
> = {
  f8: { bytes: 8, value: (view) => view.getFloat64(0, true) },
  f4: { bytes: 4, value: (view) => view.getFloat32(0, true) },
  i8: { bytes: 8, value: (view) => Number(view.getBigInt64(0, true)) },
  i4: { bytes: 4, value: (view) => view.getInt32(0, true) },
  b1: { bytes: 1, value: (view) => view.getUint8(0) !== 0 },
};

/** Functions and classes that a checkpoint calls, by what Python calls them. */
const CALLS = {
  "collections.OrderedDict": ([pairs = []], where) => {
    if (!Array.isArray(pairs)) throw new UserError(`${where}: an OrderedDict of no pairs`);
    return new Map(pairs.map((pair) => {
      const [key, value = null] = pair instanceof Tuple
        ? pair.items
        : Array.isArray(pair)
        ? pair
        : [];
      const name = typeof key === "number" ? key : textOf(key);
      if (name === null) throw new UserError(`${where}: an OrderedDict with a key that is no text`);
      return [name, value];
    }));
  },
  "torch.Size": ([sizes]) => new Tuple(numbersOf(sizes) ?? []),
  "torch._utils._rebuild_tensor": ([storage, offset, shape, strides], where) =>
    tensor({ storage, offset, shape, strides }, where),
  "torch._utils._rebuild_tensor_v2": ([storage, offset, shape, strides], where) =>
    tensor({ storage, offset, shape, strides }, where),
  "torch._utils._rebuild_parameter": ([data], where) => {
    if (data instanceof TensorValue) return data;
    throw new UserError(`${where}: the pickle holds a parameter without a tensor`);
  },
  "numpy.core.multiarray.scalar": scalar,
  "numpy._core.multiarray.scalar": scalar,
} as const satisfies Readonly<Record<string, Call>>;

function tensor(
  parts: Readonly<Record<"storage" | "offset" | "shape" | "strides", PickleValue | undefined>>,
  where: string,
): TensorValue {
  const { storage, offset } = parts;
  const shape = numbersOf(parts.shape);
  const strides = numbersOf(parts.strides);
  if (!(storage instanceof StorageValue) || !isCount(offset) || !shape || !strides) {
    throw new UserError(`${where}: the pickle describes a tensor as PyTorch does not`);
  }
  const made = { storage: storage.value, offset, shape, strides };
  const problem = viewProblem(made);
  if (problem !== null) throw new UserError(`${where}: the pickle holds ${problem}`);
  return new TensorValue(made);
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function numbersOf(value: PickleValue | undefined): readonly number[] | null {
  const items = value instanceof Tuple ? value.items : value;
  return Array.isArray(items) && items.every(isCount) ? items : null;
}

/** Plain values, numpy arrays and scalars, ordered dictionaries, tensors and parameters. */
export const torchDialect: PickleDialect = {
  accepts: "plain values, dictionaries, tensors and numpy arrays",

  known(module, name, where) {
    const full = `${module}.${name}`;
    if (module === "torch" && Object.hasOwn(STORAGES, name)) {
      return new Opaque(new StorageType(STORAGES[name]!));
    }
    if (Object.hasOwn(CALLS, full)) return new Opaque(new Callable(full as keyof typeof CALLS));
    if (/^(numpy|_codecs)\b/.test(module)) return numpyDialect.known(module, name, where);
    throw new UserError(
      `${where}: the pickle asks for ${full}: only ${this.accepts} are read, nothing is run. ` +
        "Save the weights alone: torch.save(model.state_dict(), file)",
    );
  },

  apply(called, argument, where) {
    if (!(called instanceof Opaque) || !(called.value instanceof Callable)) {
      return numpyDialect.apply(called, argument, where);
    }
    const call: Call = CALLS[called.value.name];
    return call(argument instanceof Tuple ? argument.items : [], where);
  },

  build(target, state, where) {
    if (target instanceof Map) return; // attributes of an OrderedDict: `_metadata` with layers' versions
    numpyDialect.build(target, state, where);
  },

  persistent(id, where) {
    const [tag, type, key, , count, view = null] = id instanceof Tuple ? id.items : [];
    const name = textOf(key);
    if (
      textOf(tag) !== "storage" || !(type instanceof Opaque) ||
      !(type.value instanceof StorageType) || name === null || !isCount(count) || view !== null
    ) {
      throw new UserError(`${where}: the pickle points to a storage as PyTorch does not`);
    }
    return new StorageValue({ type: type.value.type, key: name, count });
  },
};
