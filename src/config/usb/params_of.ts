import type { Capabilities } from "../capabilities.ts";
import type { Complaint } from "../complaint.ts";
import type { Scalar } from "../located.ts";
import { schemaKeys } from "../schema_keys.ts";
import { commonKeys } from "./keys.ts";
import { baseKeys, type ParameterKey, plugInKeys, type TimeUnit } from "./method_keys.ts";
import type { UsbMethod } from "./method_of.ts";
import type { Placed, UsbConfig } from "./read_config.ts";
import { pythonText, valueOf } from "./value_of.ts";

/** How long a file's epochs are. */
export interface Epochs {
  readonly epoch: number;
  /** `num_train_iter`. */
  readonly iterations: number;
}

interface Options extends Epochs {
  readonly capabilities: Capabilities;
  readonly method: UsbMethod;
  readonly classes: number;
  readonly mistakes: Complaint[];
  readonly refusals: Complaint[];
  /** What is done a little otherwise. */
  readonly remarks: string[];
}

/** Parameters of a method that differ from its defaults, and the keys that were used up for them. */
export interface UsbParams {
  readonly params: ReadonlyMap<string, Placed<Scalar>>;
  readonly used: ReadonlySet<string>;
  /** Values as USB has them, defaults too, for its list of arguments. */
  readonly values: ReadonlyMap<string, Scalar>;
}

/**
 * A method's parameters from a config file. Beside USB's keys, every parameter that the method has here can be given as
 * `<plug-in>_<parameter>` (`scssl_tau_b`): USB's code has no such method, so it has no names for them.
 */
export function paramsOf(config: UsbConfig, options: Options): UsbParams {
  const { capabilities, method, mistakes } = options;
  const schema = capabilities.methods[method.value]?.params;
  const defaults = (schema?.parse({}) ?? {}) as Readonly<Record<string, Scalar>>;
  const params = new Map<string, Placed<Scalar>>();
  const used = new Set<string>();
  const values = new Map<string, Scalar>();
  const set = (name: string, placed: Placed<Scalar>) => {
    if (placed.value !== defaults[name]) params.set(name, placed);
  };
  for (const [name, entry] of keysOf(method)) {
    used.add(name);
    const found = valueOf(config, { name, key: entry.key, complaints: mistakes });
    if (found === undefined) continue;
    if (config.keys.has(name) || entry.key.otherwise !== null) values.set(name, found.value);
    // A method that is not there gets no parameters: there is nothing to check them against.
    if (!method.there) continue;
    checkEntry({ name, entry, found }, { config, options });
    if (entry.param === undefined || !Object.hasOwn(defaults, entry.param)) continue;
    const value = parameterValue({ name, entry, found }, options);
    if (value !== undefined) set(entry.param, { ...found, value });
  }
  const lambda = valueOf(config, {
    name: "ulb_loss_ratio",
    key: commonKeys["ulb_loss_ratio"]!,
    complaints: mistakes,
  });
  if (lambda !== undefined && Object.hasOwn(defaults, "lambda_u")) set("lambda_u", lambda);
  for (const [name, placed] of config.keys) {
    const own = used.has(name) ? undefined : ownParameter(name, { method, defaults });
    if (own === undefined || schema === undefined) continue;
    used.add(name);
    const value = placed.value === "None" ? null : placed.value;
    values.set(name, value);
    set(own, { value, at: placed.at });
  }
  return { params, used, values };
}

/** USB's keys of a method's parts. */
export function keysOf({ base, plugIns }: Pick<UsbMethod, "base" | "plugIns">) {
  return new Map<string, ParameterKey>([
    ...Object.entries(baseKeys[base] ?? {}),
    ...plugIns.flatMap((plugIn) => Object.entries(plugInKeys[plugIn] ?? {})),
  ]);
}

function ownParameter(key: string, { method, defaults }: {
  readonly method: UsbMethod;
  readonly defaults: Readonly<Record<string, Scalar>>;
}): string | undefined {
  const plugIn = method.plugIns.find((name) => key.startsWith(`${name}_`));
  if (plugIn === undefined) return undefined;
  return [key, key.slice(plugIn.length + 1)].find((name) => Object.hasOwn(defaults, name));
}

/** Names that `ownParameter` takes, for suggestions. */
export function ownParameterKeys(method: UsbMethod, capabilities: Capabilities): string[] {
  const schema = capabilities.methods[method.value]?.params;
  if (schema === undefined) return [];
  return method.plugIns.flatMap((plugIn) =>
    schemaKeys(schema, []).map((name) => name.startsWith(`${plugIn}_`) ? name : `${plugIn}_${name}`)
  );
}

interface Entry {
  readonly name: string;
  readonly entry: ParameterKey;
  readonly found: Placed<Scalar>;
}

function checkEntry({ name, entry: { key, same }, found: { value, at } }: Entry, context: {
  readonly config: UsbConfig;
  readonly options: Options;
}): void {
  const { config, options: { method, refusals } } = context;
  if (key.use === "fixed" && value !== key.value) {
    refusals.push({ at, text: fixedText(name, { key, value }) });
  }
  if (same === undefined) return;
  const other = config.keys.get(same)?.value ??
    keysOf(method).get(same)?.key.otherwise;
  if (value === other) return;
  const text = `"${name}" and "${same}" are one parameter here: expected ${
    pythonText(other ?? null)
  } as for "${same}", found ${pythonText(value)}`;
  refusals.push({ at, text });
}

/** What is said of a key whose value cannot be honoured. */
export function fixedText(name: string, { key, value }: {
  readonly key: { readonly value: Scalar; readonly because: string };
  readonly value: Scalar;
}): string {
  const found = value === key.value ? "nothing" : pythonText(value);
  return `"${name}" can only be ${pythonText(key.value)} here (${key.because}), found ${found}`;
}

function parameterValue(
  { name, entry, found: { value } }: Entry,
  { classes, remarks, ...epochs }: Options,
): Scalar | undefined {
  if (value === null && entry.none !== undefined) return entry.none;
  if (entry.automatic !== undefined && value === entry.automatic(classes)) return "auto";
  if (entry.time === undefined || typeof value !== "number") return value;
  const ours = inOurEpochs(value, { unit: entry.time, ...epochs });
  if (entry.time === "iterations" || Number.isInteger(ours)) return ours;
  const rounded = Math.round(ours);
  const exact = ours.toFixed(2);
  remarks.push(`${name}: ${value} of ${epochs.epoch} epochs is ${exact} of 256, here ${rounded}`);
  return rounded;
}

/** A time in epochs of a 256th of the run. */
function inOurEpochs(
  value: number,
  { unit, epoch, iterations }: Epochs & { readonly unit: TimeUnit },
): number {
  const steps = unit === "epochs" ? value * iterations / epoch : value;
  return steps / Math.ceil(iterations / 256);
}
