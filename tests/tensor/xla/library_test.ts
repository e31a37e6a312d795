import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { abi } from "../../../src/tensor/engines/xla/abi_table.ts";
import { createXlaEngine } from "../../../src/tensor/engines/xla/mod.ts";
import { plugin as installed, xlaTest } from "./installed.ts";
import { smallLibrary } from "../small_library.ts";

/** A shared library that every machine with this runtime has. */
const SOME_LIBRARY = ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6"]
  .find((path) => existsSync(path));
const onLinux = SOME_LIBRARY !== undefined;
const onX86 = onLinux && Deno.build.arch === "x86_64";

/** A test with a path for a plugin in a directory of its own. */
function libraryTest(
  name: string,
  options: { ignore?: boolean; test: (path: string) => Promise<void> },
): void {
  Deno.test({
    name,
    ignore: options.ignore ?? false,
    sanitizeResources: false,
    fn: async () => {
      const directory = await Deno.makeTempDir();
      try {
        await options.test(join(directory, "plugin.so"));
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}

async function refused(plugin: string, message: RegExp): Promise<void> {
  await assert.rejects(createXlaEngine({ plugin, device: "cpu" }), { name: "UserError", message });
}

/** A table of functions of a version, with every slot that the engine needs but the last `fewer`. */
function apiTable({ major, minor, fewer }: { major: number; minor: number; fewer: number }) {
  const size = abi.structs.PJRT_Api.size - 8 * fewer;
  const table = new Uint8Array(size).fill(1);
  const view = new DataView(table.buffer);
  const { fields } = abi.structs.PJRT_Api;
  view.setBigUint64(fields.struct_size[0], BigInt(size), true);
  view.setInt32(fields["pjrt_api_version.major_version"][0], major, true);
  view.setInt32(fields["pjrt_api_version.minor_version"][0], minor, true);
  return table;
}

libraryTest("createXlaEngine() names a missing library", {
  test: (path) => refused(path, /plugin\.so: expected the XLA library, found no such file\./),
});

libraryTest("createXlaEngine() names files that are empty, no library or a directory", {
  ignore: !onLinux,
  test: async (path) => {
    await Deno.writeFile(path, new Uint8Array());
    await refused(path, /the XLA library is empty/);
    await Deno.writeTextFile(path, "<html>Not found</html>");
    await refused(path, /the XLA library is no ELF library/);
    await Deno.remove(path);
    await Deno.mkdir(path);
    await refused(path, /expected the XLA library, found no such file/);
  },
});

libraryTest("createXlaEngine() names a library for another architecture", {
  ignore: !onLinux,
  test: async (path) => {
    const bytes = await Deno.readFile(SOME_LIBRARY!);
    bytes[18] = Deno.build.arch === "x86_64" ? 183 : 62;
    await Deno.writeFile(path, bytes);
    await refused(path, /expected (x86_64, found aarch64|aarch64, found x86_64)/);
    bytes[18] = 40;
    await Deno.writeFile(path, bytes);
    await refused(path, /another processor: .* found machine 40/);
  },
});

libraryTest("createXlaEngine() never loads a truncated library", {
  ignore: !onLinux,
  test: async (path) => {
    const bytes = await Deno.readFile(SOME_LIBRARY!);
    for (const size of [20, 100, bytes.length - 1]) {
      await Deno.writeFile(path, bytes.subarray(0, size));
      await refused(path, new RegExp(`is truncated: .*${size}`));
    }
  },
});

xlaTest("createXlaEngine() never loads a truncated plugin", async () => {
  const path = await Deno.makeTempFile({ suffix: ".so" });
  using whole = await Deno.open(installed);
  const start = new Uint8Array(1 << 20);
  await whole.read(start);
  await Deno.writeFile(path, start);
  await refused(path, /truncated: expected at least \d{9} bytes, found 1048576/);
  await Deno.remove(path);
});

libraryTest("createXlaEngine() names a library that is no plugin", {
  ignore: !onLinux,
  test: async (path) => {
    await Deno.copyFile(SOME_LIBRARY!, path);
    await refused(path, /the XLA library cannot be loaded: .*GetPjrtApi/);
  },
});

libraryTest("createXlaEngine() refuses a plugin of another major version", {
  ignore: !onX86,
  test: async (path) => {
    const table = apiTable({ major: 1, minor: 3, fewer: 0 });
    await Deno.writeFile(path, smallLibrary("GetPjrtApi", table));
    await refused(path, /expected a plugin of PJRT's C API 0\.\d+, found 1\.3, which is not/);
  },
});

libraryTest("createXlaEngine() names the functions that an older plugin lacks", {
  ignore: !onX86,
  test: async (path) => {
    const { offset } = abi.functions.PJRT_LoadedExecutable_Execute;
    const fewer = (abi.structs.PJRT_Api.size - offset) / 8;
    const table = apiTable({ major: 0, minor: 12, fewer });
    await Deno.writeFile(path, smallLibrary("GetPjrtApi", table));
    await refused(path, /found 0\.12, which lacks .*PJRT_LoadedExecutable_Execute/);
  },
});

libraryTest("createXlaEngine() names a table of functions that is none", {
  ignore: !onX86,
  test: async (path) => {
    await Deno.writeFile(path, smallLibrary("GetPjrtApi", new Uint8Array(64)));
    await refused(path, /plugin\.so: .*only 0 bytes/);
  },
});

Deno.test("createXlaEngine() throws for options that mean nothing", async () => {
  const options = { plugin: "none", device: "cuda" } as const;
  for (
    const wrong of [{ deviceIndex: -1 }, { memoryFraction: 0 }, { memoryFraction: 1.5 }, {
      threads: 0,
    }]
  ) {
    await assert.rejects(createXlaEngine({ ...options, ...wrong }), RangeError);
  }
});

xlaTest("createXlaEngine() refuses a CPU's plugin for a GPU", async () => {
  await assert.rejects(createXlaEngine({ plugin: installed, device: "cuda" }), {
    name: "UserError",
    message: /xla_cpu_pjrt\.so: /,
  });
});
