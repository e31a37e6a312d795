import type { Client } from "./client.ts";
import { PjrtError } from "./error.ts";
import { type Address, type FieldName, Struct } from "./struct.ts";

/** Memory of a device, in bytes; undefined what the plugin does not say. */
export interface DeviceMemory {
  readonly bytesInUse?: number;
  readonly peakBytesInUse?: number;
  readonly bytesLimit?: number;
  readonly largestFreeBlockBytes?: number;
}

/** Memory that a compiled program takes, in bytes. */
export interface ProgramMemory {
  readonly argumentBytes: number;
  readonly outputBytes: number;
  /** Of the outputs that take the place of arguments. */
  readonly aliasBytes: number;
  readonly temporaryBytes: number;
  readonly codeBytes: number;
}

type Stats = "PJRT_Device_MemoryStats_Args";

/** What the plugin says of the device's memory; nothing if it keeps no statistics. */
export function deviceMemory({ api, device }: Client): DeviceMemory {
  if (!api.has("PJRT_Device_MemoryStats")) return {};
  const args = new Struct("PJRT_Device_MemoryStats_Args").set("device", device);
  try {
    api.call("PJRT_Device_MemoryStats", args);
  } catch (error) {
    if (error instanceof PjrtError) return {};
    throw error;
  }
  const known = (field: FieldName<Stats>, isSet: FieldName<Stats>) =>
    args.number(isSet) ? args.number(field) : undefined;
  const peak = known("peak_bytes_in_use", "peak_bytes_in_use_is_set");
  const limit = known("bytes_limit", "bytes_limit_is_set");
  const block = known("largest_free_block_bytes", "largest_free_block_bytes_is_set");
  return {
    bytesInUse: args.number("bytes_in_use"),
    ...(peak === undefined ? {} : { peakBytesInUse: peak }),
    ...(limit === undefined ? {} : { bytesLimit: limit }),
    ...(block === undefined ? {} : { largestFreeBlockBytes: block }),
  };
}

/** What the plugin says of an executable's memory, if it says anything. */
export function programMemory({ api }: Client, executable: Address): ProgramMemory | undefined {
  if (!api.has("PJRT_Executable_GetCompiledMemoryStats")) return undefined;
  const args = new Struct("PJRT_Executable_GetCompiledMemoryStats_Args")
    .set("executable", executable);
  try {
    api.call("PJRT_Executable_GetCompiledMemoryStats", args);
  } catch (error) {
    if (error instanceof PjrtError) return undefined;
    throw error;
  }
  return {
    argumentBytes: args.number("argument_size_in_bytes"),
    outputBytes: args.number("output_size_in_bytes"),
    aliasBytes: args.number("alias_size_in_bytes"),
    temporaryBytes: args.number("temp_size_in_bytes"),
    codeBytes: args.number("generated_code_size_in_bytes"),
  };
}
