import assert from "node:assert/strict";
import { join } from "node:path";
import { decodeSafetensors, float32Values } from "../../src/train/safetensors.ts";
import { parameters, runIn } from "../train/tiny_run.ts";
import { testedEngines } from "./tested_engines.ts";

for (const { name, isInstalled, open } of testedEngines) {
  Deno.test({
    name: `train() stops at a loss that is not finite and keeps the last good checkpoint: ${name}${
      isInstalled ? "" : " (skipped: not installed)"
    }`,
    ignore: !isInstalled,
    sanitizeResources: false,
    fn: async () => {
      const root = await Deno.makeTempDir();
      const params = { ...parameters("supervised"), learning_rate: 1e30, checkpoint_every: 1 };
      await assert.rejects(
        runIn(root, { params, open }),
        /The loss is not finite at step \d of 6.*Norms after step \d: param .*Not finite: /,
      );
      const kept = [...Deno.readDirSync(join(root, "kept"))]
        .map((entry) => entry.name).filter((file) => file.startsWith("checkpoint_"));
      assert.ok(kept.length > 0);
      for (const file of kept) {
        const { tensors } = decodeSafetensors(await Deno.readFile(join(root, "kept", file)), file);
        for (const [name, tensor] of tensors) {
          if (tensor.dtype === "F32") {
            assert.ok(float32Values(tensor).every(Number.isFinite), `${name} in ${file}`);
          }
        }
      }
      await Deno.remove(root, { recursive: true });
    },
  });
}
