import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { chooseEngine, type EngineName, installEngine } from "../../src/engines/mod.ts";
import type { Places } from "../../src/engines/places.ts";
import { linuxTest, withSmallEngine } from "./small_engine.ts";

/** Engines that are all made of the same small library. */
function withThree(
  test: (install: (name: EngineName) => Promise<void>, places: Places) => Promise<void>,
): Promise<void> {
  return withSmallEngine(async ({ places, engine, copier }) => {
    const names = ["tensorflow", "xla", "cuda"] as const;
    const all = { ...places, catalogue: names.map((name) => ({ ...engine, name })) };
    const install = async (name: EngineName) => {
      await installEngine(name, { places: all, installers: [copier] });
    };
    await test(install, all);
  });
}

/** The candidates in short. */
function order(places: Places, gpu: boolean): string[] {
  return chooseEngine(places, { gpu }).candidates.map(({ engine, device }) =>
    `${engine} ${device}`
  );
}

linuxTest(
  "chooseEngine() takes a GPU, else tensorflow, else xla, else wasm",
  () =>
    withThree(async (install, places) => {
      deepEqual(order(places, true), ["wasm cpu"]);
      await install("xla");
      deepEqual(order(places, true), ["xla cpu", "wasm cpu"]);
      await install("cuda");
      deepEqual(order(places, true), ["xla cuda", "xla cpu", "wasm cpu"]);
      await install("tensorflow");
      deepEqual(order(places, true), ["xla cuda", "tensorflow cpu", "xla cpu", "wasm cpu"]);
      deepEqual(order(places, false), ["tensorflow cpu", "xla cpu", "wasm cpu"]);
    }),
);

linuxTest(
  "chooseEngine() names a broken engine and passes it over",
  () =>
    withThree(async (install, places) => {
      await install("tensorflow");
      await install("xla");
      await Deno.truncate(join(places.root, "tensorflow-1.0", "libsmall.so.1"), 100);
      const { candidates, skipped } = chooseEngine(places, { gpu: false });
      deepEqual(candidates.map(({ engine }) => engine), ["xla", "wasm"]);
      equal(skipped.length, 1);
      match(skipped[0]!, /engine tensorflow is not used: .*truncated.*engine install tensorflow$/);
    }),
);
