import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  createTensorflowEngine,
  LIBRARY_FILES,
  TENSORFLOW_VERSION,
} from "../../../src/tensor/engines/tensorflow/mod.ts";
import type { Engine } from "../../../src/tensor/mod.ts";

const caches = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "", ".cache");

/** Where the `engine` command puts the library. */
export const directory = join(caches, "retable", "engines", `tensorflow-${TENSORFLOW_VERSION}`);

/** Whether there is a library. */
export const tensorflowIsInstalled = LIBRARY_FILES.every((name) =>
  existsSync(join(directory, name))
);

/** Ends the names of tests that are left out. */
const REASON = tensorflowIsInstalled ? "" : " (skipped: TensorFlow is not installed)";

/** A test that needs the library. TensorFlow's threads live as long as the process, hence no sanitizers of resources. */
export function tensorflowTest(name: string, test: (t: Deno.TestContext) => Promise<void>): void {
  Deno.test({
    name: `${name}${REASON}`,
    ignore: !tensorflowIsInstalled,
    sanitizeResources: false,
    fn: test,
  });
}

/** An engine; all tests of a process share its threads. */
export function openTensorflow(): Promise<Engine> {
  return createTensorflowEngine({ directory, threads: 2 });
}
