import { deepEqual, equal } from "node:assert/strict";
import { join } from "node:path";
import { installEngine, listRemains, locateEngine, removeEngine } from "../../src/engines/mod.ts";
import { lockEngines } from "../../src/engines/lock.ts";
import { linuxTest, withSmallEngine } from "./small_engine.ts";

linuxTest(
  "removeEngine() deletes every version and what interrupted installs left",
  () =>
    withSmallEngine(async ({ places, directory, copier }) => {
      deepEqual(await removeEngine("tensorflow", places), []);
      await installEngine("tensorflow", { places, installers: [copier] });
      deepEqual(listRemains("tensorflow", places), []);
      const old = join(places.root, "tensorflow-0.9");
      const part = `${directory}.part`;
      const other = join(places.root, "xla-1.0");
      for (const folder of [old, part, other]) await Deno.mkdir(folder);
      await Deno.writeTextFile(join(old, "library"), "12345");
      deepEqual(listRemains("tensorflow", places), [
        { directory: old, bytes: 5 },
        { directory: part, bytes: 0 },
      ]);
      const removed = await removeEngine("tensorflow", places);
      deepEqual(removed.map((remains) => remains.directory), [old, directory, part]);
      equal(locateEngine("tensorflow", places).state, "absent");
      deepEqual([...Deno.readDirSync(places.root)].map(({ name }) => name), ["xla-1.0"]);
    }),
);

linuxTest(
  "removeEngine() and installEngine() do not meet",
  () =>
    withSmallEngine(async ({ places, copier }) => {
      await installEngine("tensorflow", { places, installers: [copier] });
      const lock = await lockEngines(places);
      let message = "";
      await removeEngine("tensorflow", places).catch((error) => message = error.message);
      lock.release();
      equal(message, "Another `deno task engine` is at work: wait for it to end.");
      equal(locateEngine("tensorflow", places).state, "ready");
    }),
);
