/** What is said of a config file: USB's list of arguments, the keys without effect, and what is done otherwise. */
import type { Scalar } from "../located.ts";
import type { UsbData } from "./data_of.ts";
import type { CommonValues } from "./common_values.ts";
import { commonKeys, type NoEffectReason, withoutDefault } from "./keys.ts";
import type { UsbMethod } from "./method_of.ts";
import { type Epochs, keysOf } from "./params_of.ts";
import type { UsbConfig } from "./read_config.ts";

/** All arguments of a run of USB's, defaults too, by name. */
export function argumentsOf(values: CommonValues, { config, own }: {
  readonly config: UsbConfig;
  readonly own: ReadonlyMap<string, Scalar>;
}): Record<string, Scalar> {
  const all = new Map<string, Scalar>();
  for (const [name, { value }] of values) {
    if (config.keys.has(name) || !withoutDefault.has(name)) all.set(name, value);
  }
  if (!config.keys.has("c")) all.set("c", config.name);
  for (const [name, value] of own) all.set(name, value);
  for (const [name, { value }] of config.keys) {
    if (!all.has(name)) all.set(name, value === "None" ? null : value);
  }
  return Object.fromEntries([...all].sort(([a], [b]) => a < b ? -1 : 1));
}

/** The file's keys that change nothing here. */
export function noEffectOf(config: UsbConfig, { used, method }: {
  readonly used: ReadonlySet<string>;
  readonly method: UsbMethod;
}): { key: string; why: NoEffectReason }[] {
  const own = keysOf(method);
  return [...config.keys.keys()].flatMap((key) => {
    const known = own.get(key)?.key ?? commonKeys[key];
    if (known === undefined) return used.has(key) ? [] : [{ key, why: "method" as const }];
    if (known.use === "none") return [{ key, why: known.why }];
    const idle = method.value === "supervised" && ["uratio", "ulb_loss_ratio"].includes(key);
    return idle ? [{ key, why: "method" as const }] : [];
  });
}

/** What is done otherwise than a reader of the file may think. */
export function remarksOf({ method, data, epochs: { epoch } }: {
  readonly method: UsbMethod;
  readonly data: UsbData;
  readonly epochs: Epochs;
}): string[] {
  const remarks: string[] = [];
  if (method.plugIns.length === 0) {
    remarks.push("lr: falls by a cosine, as in USB where there is no imb_algorithm");
  }
  if (method.plugIns.includes("crest")) {
    remarks.push("num_train_iter: of one generation, as in USB; a run here has four times as many");
  }
  if (epoch !== 256 && !method.plugIns.includes("crest")) {
    remarks.push(
      `epoch: a run has 256 epochs here, not ${epoch}: warm-ups keep their length, the order of images is not USB's`,
    );
  }
  if (data.setting.dataset.startsWith("imagenet-127")) {
    remarks.push("dataset: labelled images are among the unlabelled ones");
  }
  return remarks;
}
