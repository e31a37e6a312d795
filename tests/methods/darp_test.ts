import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { matchCounts, removeNoise } from "../../src/methods/darp_refine.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { secantRoot } from "../../src/methods/secant_root.ts";
import { assertClose, goldenTest } from "../golden.ts";
import { assertSame, goldenLosses } from "./golden_losses.ts";
import { stepInfo } from "./step_info.ts";

goldenTest("darp golden: refinement of a table", async () => {
  const { tensor, facts, cases } = await goldenLosses();
  for (const name of cases(/darp\d+/)) {
    const { target: targets, alpha, iter_T: rounds } = facts[name];
    const classes = targets.length;
    const table = Float64Array.from(tensor(`${name}.Q`).data);
    const fresh = tensor(`${name}.fresh`).data;
    const rows = [...tensor(`${name}.idx`).data];
    rows.forEach((row, i) =>
      table.set(fresh.subarray(i * classes, (i + 1) * classes), row * classes)
    );
    const cleaned = removeNoise(table, { targets, alpha });
    assertSame(cleaned.keep, tensor(`${name}.keep`), `${name} keep`);
    const close = (actual: ArrayLike<number>, of: string) =>
      assertClose(actual, tensor(`${name}.${of}`).data, { tolerance: 1e-4, what: `${name} ${of}` });
    close(cleaned.classWeights, "class_weight");
    close(cleaned.table, "cleaned");
    const solved = matchCounts(cleaned.table, { targets, rounds });
    close(solved.nu, "nu");
    close(solved.table, "refined");
    const picked = rows.flatMap((row) => [
      ...solved.table.subarray(row * classes, (row + 1) * classes),
    ]);
    close(picked, "targets");
    const [reused = 0] = tensor(`${name}.targets_reused`).shape;
    close(picked.slice(0, reused * classes), "targets_reused");
  }
});

goldenTest("darp golden: the host gathers, refines and reuses", async () => {
  const { tensor, facts, context, cases } = await goldenLosses();
  for (const name of cases(/darp\d+/)) {
    const { num_refine_iter: every, alpha, iter_T } = facts[name];
    const refineAt = 4 * every; // the labels are gathered before, past the warm-up is the step before it
    const method = await createMethod("fixmatch+darp", {
      params: {
        darp_alpha: alpha,
        rounds: iter_T,
        refine_every: every,
        warm_up_epochs: refineAt - 2,
      },
      context,
    });
    const { host } = method;
    const all = tensor(`${name}.Q`);
    const [unlabelledCount = 0, classes = 0] = all.shape;
    const info = (step: number, unlabelled: Int32Array) =>
      stepInfo(step, { unlabelledCount, unlabelled, steps: 2 * refineAt });
    const everything = Int32Array.from({ length: unlabelledCount }, (_, i) => i);
    const idx = Int32Array.from(tensor(`${name}.idx`).data);
    strictEqual(host.stepInputs!(info(0, everything)).darp_active![0], 0);
    host.afterStep!(info(0, everything), { darp_probabilities: all.data });
    host.stepInputs!(info(1, idx));
    host.afterStep!(info(1, idx), { darp_probabilities: tensor(`${name}.fresh`).data });
    if (every > 1) {
      // Past the warm-up, but before the first refinement: the uniform start table.
      const early = host.stepInputs!(info(refineAt - 1, idx));
      strictEqual(early.darp_active![0], 1);
      ok(early.darp_targets!.every((p) => Math.abs(p - 1 / classes) < 1e-7));
    }
    const expected = tensor(`${name}.targets_reused`);
    const saved = host.save();
    for (let round = 0; round < 2; round++) {
      const refined = host.stepInputs!(info(refineAt, idx)).darp_targets!;
      assertClose(refined, tensor(`${name}.targets`).data, { tolerance: 1e-4, what: name });
      const again = info(refineAt + 1, idx.slice(0, expected.shape[0]));
      const reused = host.stepInputs!(again).darp_targets!;
      assertClose(reused, expected.data, { tolerance: 1e-4, what: `${name} reused` });
      host.load(saved); // and once more from the checkpoint
    }
  }
});

Deno.test("removeNoise() and matchCounts() give rows that sum to 1 and counts near the targets", () => {
  const classes = 2;
  const table = Float64Array.from({ length: 40 * classes }, (_, i) => {
    const p = 0.05 + 0.9 * ((Math.floor(i / 2) * 7) % 40) / 40;
    return i % 2 === 0 ? p : 1 - p;
  });
  const targets = [30, 10];
  const solved = matchCounts(removeNoise(table, { targets, alpha: 2 }).table, {
    targets,
    rounds: 10,
  });
  const sums = [0, 0];
  solved.table.forEach((value, i) => sums[i % 2]! += value);
  ok(Math.abs(sums[0]! - 30) < 1 && Math.abs(sums[1]! - 10) < 1, String(sums));
  for (let row = 0; row < 40; row++) {
    const sum = solved.table[2 * row]! + solved.table[2 * row + 1]!;
    ok(Math.abs(sum - 1) < 1e-9);
  }
  const none = removeNoise(table, { targets: [0.1, 10], alpha: 2 });
  deepStrictEqual(none.keep.filter((_, i) => i % 2 === 0).some((kept) => kept === 1), false);
  ok(none.table.every(Number.isFinite));
  const solvedNone = matchCounts(none.table, { targets: [0.1, 10], rounds: 10 });
  ok(solvedNone.table.every(Number.isFinite));
});

Deno.test("secantRoot() finds a zero, also from zero and with a flat function", () => {
  const options = { start: 0, tolerance: 1e-12, steps: 30 };
  ok(Math.abs(secantRoot((x) => Math.exp(x) - 3, options) - Math.log(3)) < 1e-9);
  ok(Number.isFinite(secantRoot(() => 1, options)));
  ok(Number.isFinite(secantRoot((x) => Math.exp(1e6 * (x + 1)), options)));
});
