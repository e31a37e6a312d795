import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { checkEngine, installEngine, locateEngine } from "../../src/engines/mod.ts";
import { linuxTest, type SmallEngine, withSmallEngine } from "./small_engine.ts";

const command = "deno task engine install tensorflow";

/** An engine that was installed, then damaged. */
function installed(damage: (small: SmallEngine) => void | Promise<void>): Promise<void> {
  return withSmallEngine(async (small) => {
    const { places, copier } = small;
    await installEngine("tensorflow", { places, installers: [copier] });
    equal(locateEngine("tensorflow", places).state, "ready");
    await damage(small);
  });
}

function broken(small: SmallEngine, reason: RegExp): void {
  const found = locateEngine("tensorflow", small.places);
  equal(found.state, "broken");
  if (found.state !== "broken") return;
  match(found.reason, reason);
  equal(found.command, command);
  deepEqual(checkEngine("tensorflow", small.places), found);
}

linuxTest(
  "locateEngine() tells an engine that is not installed and one that there is not",
  () =>
    withSmallEngine(async ({ places, directory }) => {
      deepEqual(locateEngine("tensorflow", places), { state: "absent", command });
      // An interrupted installation is none.
      await Deno.mkdir(`${directory}.part`, { recursive: true });
      deepEqual(locateEngine("tensorflow", places), { state: "absent", command });
      deepEqual(locateEngine("tensorflow", { ...places, arch: "aarch64", os: "darwin" }), {
        state: "unsupported",
        reason: "there is no tensorflow for darwin on aarch64",
      });
    }),
);

linuxTest("locateEngine() names a truncated library", () =>
  installed(async (small) => {
    const { size } = Deno.statSync(small.library);
    await Deno.truncate(small.library, size - 1);
    broken(
      small,
      new RegExp(`libsmall\\.so\\.1 is truncated: expected ${size} bytes, found ${size - 1}`),
    );
    await Deno.truncate(small.library, 0);
    broken(small, /is truncated: .* found 0/);
  }));

linuxTest(
  "locateEngine() names a library that is too long, missing, or a folder",
  () =>
    installed(async (small) => {
      await Deno.writeFile(small.library, new Uint8Array(1), { append: true });
      broken(small, /libsmall\.so\.1 is too long/);
      await Deno.remove(small.library);
      broken(small, /libsmall\.so\.1 is missing/);
      await Deno.mkdir(small.library);
      broken(small, /libsmall\.so\.1 is no file/);
    }),
);

linuxTest(
  "locateEngine() names a library for another processor and one that is none",
  () =>
    installed(async (small) => {
      const bytes = await Deno.readFile(small.library);
      bytes[18] = Deno.build.arch === "x86_64" ? 183 : 62;
      await Deno.writeFile(small.library, bytes);
      broken(small, /for another processor: expected (x86_64|aarch64), found (x86_64|aarch64)/);
      await Deno.writeFile(small.library, new Uint8Array(bytes.length));
      broken(small, /is no ELF library/);
    }),
);

linuxTest(
  "locateEngine() names what is half-installed or not of this version",
  () =>
    installed(async (small) => {
      const path = join(small.directory, "manifest.json");
      const text = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, text.replace('"version": "1.0"', '"version": "0.9"'));
      broken(small, /holds tensorflow 0\.9 for linux .*, expected tensorflow 1\.0/);
      await Deno.writeTextFile(path, text.replace("small_engine-1.0", "small_engine-1.1"));
      broken(small, /made from other wheels/);
      await Deno.writeTextFile(path, text.replace('"format": 1', '"format": 2'));
      broken(small, /manifest\.json is not a manifest that this version understands/);
      await Deno.writeTextFile(path, text.slice(0, 40));
      broken(small, /not a manifest/);
      await Deno.writeTextFile(path, text.replace(/"files": \[[^]*\]/, '"files": []'));
      broken(small, /libsmall\.so\.1 is missing/);
      await Deno.remove(path);
      broken(small, /half-installed: .*manifest\.json is missing/);
      await Deno.remove(small.directory, { recursive: true });
      await Deno.writeTextFile(small.directory, "a file");
      broken(small, /half-installed/);
    }),
);

linuxTest(
  "checkEngine() finds a flipped byte that sizes and headers do not show",
  () =>
    installed(async (small) => {
      const bytes = await Deno.readFile(small.library);
      bytes[bytes.length >> 1]! ^= 1;
      await Deno.writeFile(small.library, bytes);
      equal(locateEngine("tensorflow", small.places).state, "ready");
      const found = checkEngine("tensorflow", small.places);
      equal(found.state, "broken");
      if (found.state === "broken") match(found.reason, /was changed: its SHA-256 is [0-9a-f]{64}/);
    }),
);
