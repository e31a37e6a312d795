import type { Complaint } from "../complaint.ts";
import type { Scalar } from "../located.ts";
import { commonKeys } from "./keys.ts";
import { fixedText } from "./params_of.ts";
import type { Placed, UsbConfig } from "./read_config.ts";
import { valueOf } from "./value_of.ts";

/** Values of the keys that every config file may have, by key. */
export type CommonValues = ReadonlyMap<string, Placed<Scalar>>;

interface Context {
  readonly config: UsbConfig;
  readonly mistakes: Complaint[];
  readonly refusals: Complaint[];
}

/** Reads the keys that every config file may have; what cannot be honoured is a refusal. */
export function readCommon(
  { config, mistakes, refusals }: Context,
  { plain, supervised }: { readonly plain: boolean; readonly supervised: boolean },
): CommonValues {
  const values = new Map<string, Placed<Scalar>>();
  for (const [name, key] of Object.entries(commonKeys)) {
    const found = valueOf(config, { name, key, complaints: mistakes });
    if (found === undefined) continue;
    values.set(name, found);
    if (key.use !== "fixed" || found.value === key.value) continue;
    if (name === "num_warmup_iter" && !plain) continue;
    // One forward pass has labelled images only.
    if (supervised && name === "use_cat") continue;
    refusals.push({ at: found.at, text: fixedText(name, { key, value: found.value }) });
  }
  return values;
}

const positive = [
  "num_train_iter",
  "epoch",
  "num_eval_iter",
  "num_log_iter",
  "batch_size",
  "uratio",
];

/** Complains about numbers out of their range; the values must be of the right types. */
export function checkRanges(values: CommonValues, { mistakes }: Pick<Context, "mistakes">): void {
  const expect = (name: string, wanted: string, fits: (value: number) => boolean) => {
    const { value, at } = values.get(name) as Placed<number>;
    if (fits(value)) return;
    mistakes.push({ at, text: `Expected ${wanted} for "${name}", found ${value}` });
  };
  for (const name of positive) expect(name, "at least 1", (value) => value >= 1);
  expect("num_classes", "at least 2", (value) => value >= 2);
  expect("lr", "more than 0", (value) => value > 0);
  expect("weight_decay", "at least 0", (value) => value >= 0);
  for (const name of ["momentum", "ema_m"]) {
    expect(name, "at least 0 and less than 1", (value) => value >= 0 && value < 1);
  }
  expect("seed", "0 to 2147483647", (value) => value >= 0 && value < 2 ** 31);
  const { value: epoch, at } = values.get("epoch") as Placed<number>;
  const { value: iterations } = values.get("num_train_iter") as Placed<number>;
  if (epoch >= 1 && iterations % epoch !== 0) {
    const text =
      `"num_train_iter" must be a multiple of "epoch": ${iterations} is none of ${epoch}`;
    mistakes.push({ at, text });
  }
}
