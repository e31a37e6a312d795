import { ok, strictEqual } from "node:assert/strict";
import { cosineFactor, learningRateAt } from "../../src/train/schedule.ts";
import { goldenJson, goldenTest } from "../golden.ts";

Deno.test("learningRateAt() is constant unless a plain algorithm follows USB", () => {
  const common = { learningRate: 0.03, steps: 100 };
  const at = (schedule: "fixed" | "usb", method: string) =>
    learningRateAt(50, { ...common, schedule, method });
  strictEqual(at("fixed", "fixmatch"), 0.03);
  strictEqual(at("usb", "fixmatch+scssl"), 0.03);
  ok(Math.abs(at("usb", "fixmatch") - 0.03 * Math.cos((7 * Math.PI) / 32)) < 1e-15);
  strictEqual(at("usb", "supervised"), at("usb", "fixmatch"));
});

interface CosineCase {
  readonly T: number;
  readonly warmup: number;
  readonly steps: readonly number[];
  readonly factor: readonly number[];
}

goldenTest("cosineFactor() golden: with and without warm-up", async () => {
  const { cosine } = await goldenJson<{ cosine: CosineCase[] }>("loop.json");
  for (const { T, warmup, steps, factor } of cosine) {
    steps.forEach((step, i) => {
      const actual = cosineFactor(step, { steps: T, warmupSteps: warmup });
      ok(Math.abs(actual - factor[i]!) < 1e-12, `step ${step} of ${T}`);
    });
  }
});
