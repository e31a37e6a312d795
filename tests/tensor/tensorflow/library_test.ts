import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  createTensorflowEngine,
  LIBRARY_FILES,
} from "../../../src/tensor/engines/tensorflow/mod.ts";
import { smallLibrary } from "../small_library.ts";
import { directory as installed, tensorflowTest } from "./installed.ts";

const [FRAMEWORK, MAIN] = LIBRARY_FILES;

/** A shared library that every machine with this runtime has. */
const SOME_LIBRARY = ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6"]
  .find((path) => existsSync(path));

async function withDirectory(test: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function opening(directory: string): Promise<unknown> {
  return createTensorflowEngine({ directory, threads: 2 });
}

async function refused(directory: string, message: RegExp): Promise<void> {
  await assert.rejects(opening(directory), { name: "UserError", message });
}

Deno.test("createTensorflowEngine() names a missing library and how to install it", () =>
  withDirectory(async (directory) => {
    await refused(
      join(directory, "absent"),
      /absent\/libtensorflow_framework.*missing.*engine install tensorflow$/,
    );
    await Deno.copyFile(SOME_LIBRARY!, join(directory, FRAMEWORK));
    await refused(directory, /libtensorflow_cc\.so\.2 is missing/);
  }));

Deno.test("createTensorflowEngine() names files that are empty, no library or a directory", () =>
  withDirectory(async (directory) => {
    await Deno.writeFile(join(directory, FRAMEWORK), new Uint8Array());
    await refused(directory, /libtensorflow_framework\.so\.2 is empty/);
    await Deno.writeTextFile(join(directory, FRAMEWORK), "<html>Not found</html>");
    await refused(directory, /is no ELF library/);
    await Deno.remove(join(directory, FRAMEWORK));
    await Deno.mkdir(join(directory, FRAMEWORK));
    await refused(directory, /is no file/);
  }));

Deno.test("createTensorflowEngine() names a library for another processor", () =>
  withDirectory(async (directory) => {
    const bytes = await Deno.readFile(SOME_LIBRARY!);
    bytes[18] = Deno.build.arch === "x86_64" ? 183 : 62;
    await Deno.writeFile(join(directory, FRAMEWORK), bytes);
    await refused(
      directory,
      /for another processor: expected (aarch64|x86_64), found (x86_64|aarch64)/,
    );
    bytes[18] = 40;
    await Deno.writeFile(join(directory, FRAMEWORK), bytes);
    await refused(directory, /found machine 40/);
  }));

Deno.test("createTensorflowEngine() names a library that is not TensorFlow's", () =>
  withDirectory(async (directory) => {
    for (const name of LIBRARY_FILES) await Deno.copyFile(SOME_LIBRARY!, join(directory, name));
    await refused(directory, /libtensorflow_cc\.so\.2: cannot be loaded: .*TF_Version/);
  }));

Deno.test("createTensorflowEngine() never loads a truncated library", () =>
  withDirectory(async (directory) => {
    const bytes = await Deno.readFile(SOME_LIBRARY!);
    for (const size of [20, 100, bytes.length - 1]) {
      await Deno.writeFile(join(directory, FRAMEWORK), bytes.subarray(0, size));
      await refused(directory, new RegExp(`is truncated: .*found ${size}`));
    }
  }));

tensorflowTest(
  "createTensorflowEngine() never loads a truncated part of the real library",
  () =>
    withDirectory(async (directory) => {
      await Deno.symlink(join(installed, FRAMEWORK), join(directory, FRAMEWORK));
      using whole = await Deno.open(join(installed, MAIN));
      const start = new Uint8Array(1 << 20);
      await whole.read(start);
      await Deno.writeFile(join(directory, MAIN), start);
      await refused(
        directory,
        /libtensorflow_cc\.so\.2 is truncated: expected at least \d{9} bytes, found 1048576/,
      );
    }),
);

Deno.test({
  name: "createTensorflowEngine() names another version",
  ignore: Deno.build.os !== "linux" || Deno.build.arch !== "x86_64",
  fn: () =>
    withDirectory(async (directory) => {
      const library = smallLibrary("TF_Version", new TextEncoder().encode("2.9.1\0"));
      for (const name of LIBRARY_FILES) await Deno.writeFile(join(directory, name), library);
      await refused(directory, /expected TensorFlow 2\.21\.0, found 2\.9\.1\. To install/);
    }),
});
