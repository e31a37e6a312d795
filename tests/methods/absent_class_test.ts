import { deepStrictEqual, ok } from "node:assert/strict";
import { buildLate, STEP } from "./late_method.ts";
import { stepInfo } from "./step_info.ts";

Deno.test("hosts and picks take a class that no unlabelled image is predicted as", async () => {
  const counts = [7, 4, 1];
  const images = 12;
  for (const absent of [0, 1, 2]) {
    const others = [0, 1, 2].filter((k) => k !== absent);
    // Each of the two other classes in turn, and not even a rounded trace of the absent one.
    const logits = Float32Array.from({ length: images * 3 }, (_, i) => {
      const [row, k] = [Math.floor(i / 3), i % 3];
      return k === absent ? -200 : k === others[row % 2] ? 1 : 0;
    });
    const probabilities = logits.map((z) => z === -200 ? 0 : z === 0 ? 0.25 : 0.75);

    const darp = await buildLate("fixmatch+darp", counts, { refine_every: 1 });
    const unlabelled = Int32Array.from({ length: images }, (_, i) => i);
    const info = stepInfo(STEP, { unlabelledCount: images, unlabelled });
    darp.host.stepInputs!(stepInfo(0, { unlabelledCount: images, unlabelled }));
    darp.host.afterStep!(info, { darp_probabilities: probabilities });
    const { darp_targets: refined } = darp.host.stepInputs!(info);
    ok(refined!.every(Number.isFinite));
    for (const row of unlabelled) {
      const sum = refined!.subarray(3 * row, 3 * row + 3).reduce((a, b) => a + b);
      ok(Math.abs(sum - 1) < 1e-5, `row ${row} sums to ${sum}`);
    }

    const crest = await buildLate("fixmatch+crest", counts, { crest_alpha: 1e6 });
    const picks = crest.pick!(logits);
    ok(picks.labels.length > 0 && !picks.labels.includes(absent));

    const { host } = await buildLate("fixmatch+scssl", counts, { estimation_epochs: 1 });
    await host.onEpochEnd({
      epoch: 1,
      tensor: () => Promise.resolve(new Float32Array(3)),
      predictUnlabelled: () => Promise.resolve({ balanced: logits }),
    });
    const estimated = host.report().estimated_counts as number[];
    deepStrictEqual(estimated, counts.map((_, k) => k === absent ? 0 : images / 2));
    for (const [name, values] of Object.entries(host.controls())) {
      ok(values.every(Number.isFinite), name);
    }
  }
});
