import type { PickleValue } from "../data/pickle_values.ts";
import { UserError } from "../errors.ts";
import { TensorValue } from "./torch_dialect.ts";
import type { TorchTensor } from "./torch_tensor.ts";

/** Entries of checkpoints that hold the weights of a whole net, the usual names first. */
const USUAL = ["model", "state_dict", "model_state_dict", "ema_model", "ema_state_dict"];

/** Which state dict of a file is wanted, and how messages name the file. */
export interface EntryChoice {
  /** Such as `ema_model`; null for the only one or the first of the usual ones. */
  readonly entry: string | null;
  readonly source: string;
}

/** The name of the entry to take from those that a file has. Throws a UserError that lists them. */
export function chooseEntry(names: readonly string[], { entry, source }: EntryChoice): string {
  const list = names.length === 0 ? "none" : names.join(", ");
  if (entry !== null) {
    if (names.includes(entry)) return entry;
    throw new UserError(`${source}: expected weights under "${entry}", found ${list}`);
  }
  const only = names.length === 1 ? names[0] : USUAL.find((name) => names.includes(name));
  if (only !== undefined) return only;
  throw new UserError(
    `${source}: expected a state dict or an entry such as "model" that holds one, found ${list}` +
      (names.length > 1 ? ': name one with "#" after the file' : ""),
  );
}

/** The tensors of a state dict by name: the whole of what was saved, or one entry of it. Throws a UserError if there is none. */
export function namedTensors(
  saved: PickleValue,
  choice: EntryChoice,
): ReadonlyMap<string, TorchTensor> {
  const whole = stateDict(saved);
  if (whole !== null) return onlyEntry(whole, choice);
  if (!(saved instanceof Map)) {
    throw new UserError(`${choice.source}: expected a dictionary, found something else`);
  }
  const dicts = new Map<string, ReadonlyMap<string, TorchTensor>>();
  for (const [name, value] of saved) {
    const dict = stateDict(value);
    if (dict !== null) dicts.set(String(name), dict);
  }
  return dicts.get(chooseEntry([...dicts.keys()], choice))!;
}

/** What a file holds that is one state dict and has no entries. Throws a UserError if one is asked for. */
export function onlyEntry<T>(whole: T, { entry, source }: EntryChoice): T {
  if (entry === null) return whole;
  throw new UserError(
    `${source}: expected weights under "${entry}", found one state dict: leave out "#${entry}"`,
  );
}

/** A dictionary that holds tensors and nothing else, or null. */
function stateDict(value: PickleValue): ReadonlyMap<string, TorchTensor> | null {
  if (!(value instanceof Map) || value.size === 0) return null;
  const tensors = new Map<string, TorchTensor>();
  for (const [name, item] of value) {
    if (typeof name !== "string" || !(item instanceof TensorValue)) return null;
    tensors.set(name, item.value);
  }
  return tensors;
}
