/** Every method on the engines that are installed beside wasm, past its warm-ups and through an interruption. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { methodGenerations, methodIds } from "../../src/methods/registry.ts";
import type { Engine } from "../../src/tensor/engine.ts";
import { decodeSafetensors, float32Values } from "../../src/train/safetensors.ts";
import { openTensorflow, tensorflowTest } from "../tensor/tensorflow/installed.ts";
import { openXla, xlaTest } from "../tensor/xla/installed.ts";
import { runIn, tinyParameters } from "./tiny_run.ts";

type Files = Awaited<ReturnType<typeof runIn>>["files"];

/** Last parameters of the network that all methods share. */
function network(files: Files): Float32Array {
  const { tensors } = decodeSafetensors(files["checkpoints/last.safetensors"]!);
  const names = [...tensors.keys()].filter((name) =>
    /^param\.(conv1|block\d\.layer\.0\.conv)/.test(name)
  ).sort();
  return Float32Array.from(names.flatMap((name) => [...float32Values(tensors.get(name)!)]));
}

/** Trains in `root` with every method, of one with generations the second: whole, interrupted and resumed. */
async function assertTrains(
  t: Deno.TestContext,
  { root, open }: { readonly root: string; readonly open: () => Promise<Engine> },
): Promise<void> {
  const networks = new Map<string, Float32Array>();
  for (const method of methodIds()) {
    await t.step(method, async () => {
      const params = tinyParameters(method);
      const directory = (name: string) => join(root, method, name);
      const { count } = methodGenerations(method, params.method_params);
      if (count > 1) await runIn(directory("previous"), { params, open });
      const previous = join(directory("previous"), "out/checkpoints");
      const options = { params, open, ...(count > 1 ? { previous } : {}) };
      const whole = await runIn(directory("whole"), options);
      await assert.rejects(
        runIn(directory("interrupted"), { ...options, abortAt: 3 }),
        /interrupted/,
      );
      const { files, lines } = await runIn(directory("interrupted"), options);
      assert.match(lines[0]!, /^Resuming at step 3/);
      assert.deepEqual(files, whole.files);
      const values = network(whole.files);
      assert.ok(values.length > 1000 && values.every(Number.isFinite));
      networks.set(method, values);
    });
  }
  await t.step("each differs from plain FixMatch", () => {
    const plain = networks.get("fixmatch")!;
    for (const [method, values] of networks) {
      if (method === "fixmatch") continue;
      assert.equal(values.length, plain.length);
      assert.ok(values.some((value, i) => value !== plain[i]), method);
    }
  });
}

tensorflowTest("train() trains every method on tensorflow, interrupted or not", async (t) => {
  const root = await Deno.makeTempDir();
  await assertTrains(t, { root, open: openTensorflow });
  await Deno.remove(root, { recursive: true });
});

xlaTest("train() trains every method on xla, interrupted or not", async (t) => {
  const root = await Deno.makeTempDir();
  // A resumed run takes the executables of the one before, as a user's does.
  await assertTrains(t, { root, open: () => openXla({ cache: join(root, "executables") }) });
  await Deno.remove(root, { recursive: true });
});
