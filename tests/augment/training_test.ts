import { ok } from "node:assert/strict";
import { timeStep } from "../../src/sweep/time_step.ts";

Deno.test("timeStep() trains with RandAugment as the strong view", async () => {
  const { loss } = await timeStep({ net: "wrn-10-1", batch: 2, steps: 1, strong: "randaugment" });
  ok(loss > 0 && loss < 10);
});
