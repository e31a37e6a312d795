import * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../../src/tensor/mod.ts";
import { TfjsEngine } from "../../../src/tensor/engines/tfjs/engine.ts";
import { createTfjsEngine } from "../../../src/tensor/engines/tfjs/mod.ts";
import { builtPackage } from "./built_package.ts";

/** The engine on the package itself, with TensorFlow for CPUs. */
export async function openTfjsNode(): Promise<Engine> {
  return await createTfjsEngine({ directory: await builtPackage(), threads: 2 });
}

/** The same replay on plain JavaScript: slow, always there. */
export function openPlain(): Engine {
  // Else it recommends another on the terminal.
  Object.assign(tf.findBackend("cpu"), { firstUse: false });
  return new TfjsEngine({ backend: "cpu", versions: [tf.version_core] });
}
