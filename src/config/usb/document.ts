/** The tables of docs/usb.md, made from the tables of keys; a test compares the two. */
import { commonKeys, noEffectReasons, type UsbKey } from "./keys.ts";
import {
  baseKeys,
  otherAlgorithms,
  otherPlugIns,
  type ParameterKey,
  plugInKeys,
} from "./method_keys.ts";
import { pythonText } from "./value_of.ts";

/** Markdown of every key: mapped, honoured with one value only, without effect; then those of single methods. */
export function keyTables(): string {
  const keys = Object.entries(commonKeys);
  const mapped = keys.flatMap(([name, key]) =>
    key.use === "mapped" ? [[`\`${name}\``, defaultText(key), key.to]] : []
  );
  const fixed = keys.flatMap(([name, key]) =>
    key.use === "fixed" ? [[`\`${name}\``, pythonText(key.value), key.because]] : []
  );
  return [
    "### Mapped",
    table(["key", "USB's default", "here"], mapped),
    "### Honoured with one value only",
    "Any other value is an error that names its line.",
    table(["key", "value", "why"], fixed),
    "### Without effect",
    table(["keys", "why"], idleRows()),
    "### Of single methods",
    "An epoch is a 256th of the run here; times are converted.",
    table(["algorithm", "key", "USB's default", "here"], methodRows()),
    `Known by name, but not methods of this version: ${
      [...otherAlgorithms, ...otherPlugIns].map((name) => `\`${name}\``).join(", ")
    }.`,
  ].join("\n\n") + "\n";
}

function idleRows(): string[][] {
  const reasons = Map.groupBy(
    Object.entries(commonKeys).filter(([, { use }]) => use === "none"),
    ([, key]) => key.use === "none" ? noEffectReasons[key.why] : "",
  );
  return [...reasons].map(([reason, some]) => [
    some.map(([name]) => `\`${name}\``).sort().join(", "),
    reason,
  ]);
}

function methodRows(): string[][] {
  const parts = { ...baseKeys, ...plugInKeys };
  return Object.entries(parts).flatMap(([part, keys]) =>
    Object.entries(keys).map(([name, entry]) => [
      `\`${part}\``,
      `\`${name}\``,
      defaultText(entry.key),
      meaning(entry),
    ])
  );
}

function meaning({ key, param, time }: ParameterKey): string {
  if (key.use === "none") return `no effect: ${noEffectReasons[key.why]}`;
  if (key.use === "fixed") return `only ${pythonText(key.value)}: ${key.because}`;
  return param === undefined || time === undefined ? key.to : `${key.to}, from ${time}`;
}

function defaultText({ otherwise }: UsbKey): string {
  return otherwise === undefined || otherwise === "" ? "–" : pythonText(otherwise);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
