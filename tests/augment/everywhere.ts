/** Runs a recorded body on the interpreter and on every engine that is there, or on a GPU. */
import { hasGpu, locateEngine } from "../../src/engines/mod.ts";
import type { Engine } from "../../src/tensor/engine.ts";
import { openEngine } from "../../src/tensor/engines/select.ts";
import { createWasmEngine } from "../../src/tensor/engines/wasm/mod.ts";
import { expandProgram } from "../../src/tensor/expand.ts";
import { interpret } from "../../src/tensor/interpreter.ts";
import { type Body, type Given, recorded } from "../run_recorded.ts";
import { openTensorflow, tensorflowIsInstalled } from "../tensor/tensorflow/installed.ts";
import { runOnce } from "../tensor/run_once.ts";
import { openXla, xlaIsInstalled } from "../tensor/xla/installed.ts";

/** Outputs by the name of what computed them. */
export type Results = ReadonlyMap<string, Readonly<Record<string, ArrayLike<number>>>>;

let engines: Promise<readonly (readonly [name: string, engine: Engine])[]> | undefined;

async function open(): Promise<readonly (readonly [string, Engine])[]> {
  return [
    ["wasm", await createWasmEngine()],
    ...(tensorflowIsInstalled ? [["tensorflow", await openTensorflow()] as const] : []),
    ...(xlaIsInstalled ? [["xla", await openXla()] as const] : []),
  ];
}

/** Computes a body of given inputs. */
export type Compute = (given: Readonly<Record<string, Given>>, body: Body) => Promise<Results>;

/** Own kernels and those composed of others are both tried. */
export async function everywhere(
  given: Readonly<Record<string, Given>>,
  body: Body,
): Promise<Results> {
  const { program, values } = recorded(given, body);
  const results = new Map<string, Readonly<Record<string, ArrayLike<number>>>>();
  results.set("interpreter", interpret(program, values));
  engines ??= open();
  for (const [name, engine] of await engines) {
    results.set(name, await runOnce(engine, program, values));
    const expanded = expandProgram(program);
    if (expanded !== program && name !== "xla") { // which has no kernels of its own
      results.set(`${name}, composed`, await runOnce(engine, expanded, values));
    }
  }
  return results;
}

/** The name of results on a GPU. */
export const CUDA = "xla on CUDA";

/** Why nothing can be computed there; undefined where it can. */
export const reasonAgainstCuda: string | undefined = !hasGpu()
  ? "no GPU"
  : locateEngine("cuda").state === "ready"
  ? undefined
  : "cuda is not installed";

let gpu: Promise<Engine> | undefined;

/** On the engine `xla` on a GPU only. */
export async function onCuda(
  given: Readonly<Record<string, Given>>,
  body: Body,
): Promise<Results> {
  const { program, values } = recorded(given, body);
  gpu ??= openEngine("xla:cuda", { threads: 1 });
  return new Map([[CUDA, await runOnce(await gpu, program, values)]]);
}
