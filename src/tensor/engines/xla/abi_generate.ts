/**
 * Writes `abi_table.ts` from PJRT's C header:
 * deno run --allow-read --allow-write src/tensor/engines/xla/abi_generate.ts path/to/pjrt_c_api.h
 */
import { type Header, parseHeader, type StructLayout } from "./abi/c_header.ts";

/** Functions that the engine calls. */
const FUNCTIONS = [
  ...["Error_Destroy", "Error_Message", "Error_GetCode"],
  ...["Plugin_Initialize", "Plugin_Attributes"],
  ...["Event_Destroy", "Event_IsReady", "Event_Error", "Event_Await"],
  ...["Client_Create", "Client_Destroy", "Client_PlatformName", "Client_PlatformVersion"],
  ...["Client_AddressableDevices", "Client_Compile", "Client_BufferFromHostBuffer"],
  ...["Device_GetDescription", "DeviceDescription_Kind", "Device_MemoryStats"],
  ...["Executable_Destroy", "Executable_NumOutputs", "Executable_Serialize"],
  ...["Executable_GetCompiledMemoryStats", "Executable_DeserializeAndLoad"],
  ...["LoadedExecutable_Destroy", "LoadedExecutable_GetExecutable", "LoadedExecutable_Execute"],
  ...["Buffer_Destroy", "Buffer_IsDeleted", "Buffer_ToHostBuffer"],
].map((name) => `PJRT_${name}`);

/** Structs beside the functions' arguments. */
const STRUCTS = [
  ...["PJRT_NamedValue", "PJRT_Program", "PJRT_ExecuteOptions", "PJRT_Buffer_MemoryLayout"],
  "PJRT_Buffer_MemoryLayout_Tiled",
];

const ENUMS = [
  ...["PJRT_Error_Code", "PJRT_NamedValue_Type", "PJRT_Buffer_Type", "PJRT_HostBufferSemantics"],
  "PJRT_Buffer_MemoryLayout_Type",
];

function found<T>(from: Readonly<Record<string, T>>, name: string): T {
  const value = from[name];
  if (value === undefined) throw new Error(`The header does not declare ${name}`);
  return value;
}

function key(name: string): string {
  return /^\w+$/.test(name) ? name : `"${name}"`;
}

function structText(name: string, { size, fields }: StructLayout): string[] {
  return [
    `    ${name}: {`,
    `      size: ${size},`,
    "      fields: {",
    ...Object.entries(fields).map(([field, [offset, kind]]) =>
      `        ${key(field)}: [${offset}, "${kind}"],`
    ),
    "      },",
    "    },",
  ];
}

function enumText(name: string, values: Readonly<Record<string, number>>): string[] {
  return [
    `    ${name}: {`,
    ...Object.entries(values).map(([entry, value]) => `      ${entry}: ${value},`),
    "    },",
  ];
}

/** The text of `abi_table.ts` for a header. Throws an Error if it lacks anything that the engine calls. */
export function generateTable(header: Header): string {
  const api = found(header.structs, "PJRT_Api");
  const version = ["PJRT_API_MAJOR", "PJRT_API_MINOR"].map((name) => found(header.defines, name));
  const plain = Object.entries(api.fields).filter(([name]) => !name.startsWith("PJRT_"));
  return [
    "// Written by abi_generate.ts from pjrt_c_api.h. Longer than other files because it is a table.",
    "",
    "/** Offsets and sizes in bytes of what the engine uses of PJRT's C API. */",
    "export const abi = {",
    `  version: { major: ${version[0]}, minor: ${version[1]} },`,
    "  functions: {",
    ...FUNCTIONS.map((name) => {
      const { returns } = found(header.functions, name);
      return `    ${name}: { offset: ${found(api.fields, name)[0]}, returns: ${returns} },`;
    }),
    "  },",
    "  structs: {",
    ...structText("PJRT_Api", { size: api.size, fields: Object.fromEntries(plain) }),
    ...[...FUNCTIONS.map((name) => `${name}_Args`), ...STRUCTS].flatMap((name) =>
      structText(name, found(header.structs, name))
    ),
    "  },",
    "  enums: {",
    ...ENUMS.flatMap((name) => enumText(name, found(header.enums, name))),
    "  },",
    "} as const;",
    "",
  ].join("\n");
}

if (import.meta.main) {
  const [path = ""] = Deno.args;
  const table = generateTable(parseHeader(await Deno.readTextFile(path)));
  await Deno.writeTextFile(new URL("./abi_table.ts", import.meta.url), table);
}
