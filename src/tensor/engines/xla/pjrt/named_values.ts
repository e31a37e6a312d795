import { abi } from "../abi_table.ts";
import { addressList, allocate, type Memory, Struct, textBytes } from "./struct.ts";

/** What an option of a client may be. `real` marks a number that the plugin takes as a float. */
export type OptionValue = string | boolean | number | readonly number[] | { readonly real: number };

/** Options packed as the plugin takes them. `kept` holds what they point to. */
export interface PackedOptions {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly count: number;
  readonly kept: readonly unknown[];
}

function fill(value: Struct<"PJRT_NamedValue">, option: OptionValue): void {
  const type = abi.enums.PJRT_NamedValue_Type;
  if (typeof option === "string") {
    const text = textBytes(option);
    value.set("type", type.PJRT_NamedValue_kString).set("string_value", text);
    value.set("value_size", text.length);
  } else if (typeof option === "boolean") {
    value.set("type", type.PJRT_NamedValue_kBool).set("bool_value", option).set("value_size", 1);
  } else if (typeof option === "number") {
    value.set("type", type.PJRT_NamedValue_kInt64).set("int64_value", option).set("value_size", 1);
  } else if ("real" in option) {
    value.set("type", type.PJRT_NamedValue_kFloat).set("float_value", option.real);
    value.set("value_size", 1);
  } else {
    const list: Memory = addressList(option.map(BigInt));
    value.set("type", type.PJRT_NamedValue_kInt64List).set("int64_array_value", list);
    value.set("value_size", option.length);
  }
}

/** Packs options by name. */
export function packOptions(options: Readonly<Record<string, OptionValue>>): PackedOptions {
  const values = Object.entries(options).map(([name, option]) => {
    const text = textBytes(name);
    const value = new Struct("PJRT_NamedValue").set("name", text).set("name_size", text.length);
    fill(value, option);
    return value;
  });
  const width = values[0]?.bytes.length ?? 0;
  const bytes = allocate(width * values.length);
  values.forEach((value, i) => bytes.set(value.bytes, i * width));
  return { bytes, count: values.length, kept: values };
}
