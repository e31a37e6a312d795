import { locateEngine } from "../../../src/engines/mod.ts";
import { createTensorflowEngine } from "../../../src/tensor/engines/tensorflow/mod.ts";
import type { Engine } from "../../../src/tensor/mod.ts";

const location = locateEngine("tensorflow");

/** Where the `engine` command put the library. */
export const directory = location.state === "ready" ? location.directory : "";

/** Whether there is a library. */
export const tensorflowIsInstalled = location.state === "ready";

/** Ends the names of tests that are left out. */
const REASON = tensorflowIsInstalled ? "" : ` (skipped: TensorFlow is ${location.state})`;

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
