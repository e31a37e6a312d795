import assert from "node:assert/strict";
import { abi } from "../../../src/tensor/engines/xla/abi_table.ts";
import { compileOptions } from "../../../src/tensor/engines/xla/compile_options.ts";
import { PjrtApi } from "../../../src/tensor/engines/xla/pjrt/api.ts";
import { loadPlugin } from "../../../src/tensor/engines/xla/pjrt/library.ts";
import {
  addressOf,
  bytesAt,
  Struct,
  textBytes,
} from "../../../src/tensor/engines/xla/pjrt/struct.ts";
import { plugin, xlaTest } from "./installed.ts";

const { fields, size: ownSize } = abi.structs.PJRT_Api;

/** The installed plugin's table of functions as another version would have it. */
function tableOf(
  { minor, moreSlots = 0, without = [] }: {
    readonly minor: number;
    readonly moreSlots?: number;
    readonly without?: readonly (keyof typeof abi.functions)[];
  },
): Uint8Array<ArrayBuffer> {
  const table = new Uint8Array(ownSize + 8 * moreSlots);
  table.set(bytesAt(loadPlugin(plugin), ownSize));
  const view = new DataView(table.buffer);
  view.setBigUint64(fields.struct_size[0], BigInt(table.length), true);
  view.setInt32(fields["pjrt_api_version.minor_version"][0], minor, true);
  for (const call of without) view.setBigUint64(abi.functions[call].offset, 0n, true);
  return table;
}

xlaTest("PjrtApi works with a newer plugin, and errors name both versions", () => {
  const table = tableOf({ minor: abi.version.minor + 19, moreSlots: 12 });
  const api = new PjrtApi(addressOf(table), "newer.so");
  assert.equal(api.version, `0.${abi.version.minor + 19}`);
  api.call("PJRT_Plugin_Initialize", new Struct("PJRT_Plugin_Initialize_Args"));
  const created = new Struct("PJRT_Client_Create_Args");
  api.call("PJRT_Client_Create", created);
  const client = created.pointer("client");
  const [code, format] = [textBytes("no program"), textBytes("mlir")];
  const options = compileOptions();
  const args = new Struct("PJRT_Client_Compile_Args")
    .set("client", client)
    .set(
      "program",
      new Struct("PJRT_Program")
        .set("code", code)
        .set("code_size", code.length)
        .set("format", format)
        .set("format_size", format.length),
    )
    .set("compile_options", options)
    .set("compile_options_size", options.length);
  assert.throws(
    () => api.call("PJRT_Client_Compile", args),
    new RegExp(
      `^PjrtError: PJRT_Client_Compile: .* \\(the plugin has PJRT ${api.version}, this engine was made for ` +
        `0\\.${abi.version.minor}\\)$`,
      "s",
    ),
  );
  api.call("PJRT_Client_Destroy", new Struct("PJRT_Client_Destroy_Args").set("client", client));
  return Promise.resolve();
});

xlaTest("PjrtApi works with an older plugin that lacks only what can be done without", () => {
  const without = ["PJRT_Executable_Serialize", "PJRT_Device_MemoryStats"] as const;
  const table = tableOf({ minor: abi.version.minor - 20, without });
  const api = new PjrtApi(addressOf(table), "older.so");
  assert.deepEqual(without.map((call) => api.has(call)), [false, false]);
  api.call("PJRT_Plugin_Initialize", new Struct("PJRT_Plugin_Initialize_Args"));
  const needed = tableOf({ minor: abi.version.minor - 20, without: ["PJRT_Event_Await"] });
  assert.throws(() => new PjrtApi(addressOf(needed), "older.so"), {
    name: "UserError",
    message:
      `older.so: expected a plugin of PJRT's C API 0.${abi.version.minor}, found 0.${
        abi.version.minor - 20
      }, ` + "which lacks PJRT_Event_Await",
  });
  return Promise.resolve();
});
