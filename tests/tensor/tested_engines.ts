import type { Engine } from "../../src/tensor/mod.ts";
import { createWasmEngine } from "../../src/tensor/engines/wasm/mod.ts";
import { openTensorflow, tensorflowIsInstalled } from "./tensorflow/installed.ts";
import { reasonAgainst } from "./tfjs/built_package.ts";
import { openTfjsNode } from "./tfjs/tested_backends.ts";
import { openXla, xlaIsInstalled } from "./xla/installed.ts";

/** An engine that the suite `engines_*_test.ts` runs on. */
export interface TestedEngine {
  readonly name: string;
  /** Tests on one that is not are left out, and say so. */
  readonly isInstalled: boolean;
  open(): Promise<Engine>;
  /** Kernel cases that are recorded as one program: many where a small one takes as long to compile as a large one. */
  readonly casesPerProgram: number;
}

/** Every engine; a line adds one to the whole suite. */
export const testedEngines: readonly TestedEngine[] = [
  { name: "wasm", isInstalled: true, casesPerProgram: 1, open: () => createWasmEngine() },
  {
    name: "tensorflow",
    isInstalled: tensorflowIsInstalled,
    casesPerProgram: 1,
    open: openTensorflow,
  },
  { name: "xla", isInstalled: xlaIsInstalled, casesPerProgram: 40, open: () => openXla() },
  {
    name: "tfjs-node-gpu",
    isInstalled: reasonAgainst === undefined,
    casesPerProgram: 1,
    open: openTfjsNode,
  },
];

/** What a test of the suite may ask for besides the engine. */
export interface EngineTestContext {
  readonly t: Deno.TestContext;
  readonly tested: TestedEngine;
}

/** A test on each engine, opened for it. Libraries of engines stay loaded, hence no sanitizers of resources. */
export function engineTest(
  name: string,
  test: (engine: Engine, context: EngineTestContext) => Promise<void>,
  engines: readonly TestedEngine[] = testedEngines,
): void {
  for (const tested of engines) {
    Deno.test({
      name: `${name}: ${tested.name}${tested.isInstalled ? "" : " (skipped: not installed)"}`,
      ignore: !tested.isInstalled,
      sanitizeResources: false,
      fn: async (t) => {
        const engine = await tested.open();
        try {
          await test(engine, { t, tested });
        } finally {
          engine.close();
        }
      },
    });
  }
}
