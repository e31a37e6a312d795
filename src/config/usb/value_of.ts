import type { Complaint } from "../complaint.ts";
import type { Scalar } from "../located.ts";
import type { UsbKey } from "./keys.ts";
import type { Placed, UsbConfig } from "./read_config.ts";

const words: Readonly<Record<UsbKey["type"], string>> = {
  integer: "a whole number",
  number: "a number",
  boolean: "True or False",
  text: "text",
};

/**
 * The value of a key, or USB's own where the file does not have it; `undefined`, with a complaint, for one of a wrong type. USB writes
 * nothing as `None`.
 */
export function valueOf(
  config: UsbConfig,
  { name, key, complaints }: {
    readonly name: string;
    readonly key: UsbKey;
    readonly complaints: Complaint[];
  },
): Placed<Scalar> | undefined {
  const found = config.keys.get(name);
  if (found === undefined) return { value: key.otherwise ?? null, at: config.at };
  const value = found.value === "None" || found.value === "" ? null : found.value;
  if (value === null) {
    if (key.optional) return { ...found, value };
  } else if (fits(value, key.type)) return { ...found, value };
  const shown = typeof found.value === "string" ? `"${found.value}"` : String(found.value);
  const wanted = words[key.type] + (key.optional ? " or None" : "");
  complaints.push({ at: found.at, text: `Expected ${wanted} for "${name}", found ${shown}` });
  return undefined;
}

function fits(value: Scalar, type: UsbKey["type"]): boolean {
  switch (type) {
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string";
  }
}

/** A value as a config file of USB's would have it. */
export function pythonText(value: Scalar): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}
