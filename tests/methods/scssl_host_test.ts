import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { EpochEnd, Method } from "../../src/methods/method.ts";
import { classCounts } from "../../src/data/counts.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { UserError } from "../../src/errors.ts";

const LABELLED = [8, 1];

function build(
  params: Record<string, unknown> = {},
  unlabelledCounts?: readonly number[],
): Promise<Method> {
  return createMethod("fixmatch+scssl", {
    params: { estimation_epochs: 2, ...params },
    context: {
      classes: 2,
      labelledCounts: LABELLED,
      ...(unlabelledCounts === undefined ? {} : { unlabelledCounts }),
    },
  });
}

/** An epoch's end where `counts` unlabelled images are predicted per class once the EMA bias [0, 5] is gone. */
function epochEnd(epoch: number, { counts, bias = [0, 0] }: {
  counts: readonly number[];
  bias?: readonly number[];
}): EpochEnd & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    epoch,
    tensor: (name) =>
      Promise.resolve(Float32Array.from(name === "ema.balanced.bias" ? [0, 5] : bias)),
    predictUnlabelled(options) {
      asked.push(options);
      const rows = counts.flatMap((count, k) =>
        Array.from({ length: count }, () => [k === 0 ? 1 : 0, 5 + (k === 1 ? 1 : 0)])
      );
      return Promise.resolve({ balanced: Float32Array.from(rows.flat()) });
    },
  };
}

const near = (value: number, expected: number) => Math.abs(value - expected) < 1e-6;

Deno.test("scssl's host keeps all thresholds at the maximum while it estimates", async () => {
  const { host } = await build();
  strictEqual(await host.onEpochEnd(epochEnd(1, { counts: [1, 1] })), "nothing");
  const { threshold_balanced, threshold_expansive, class_weights } = host.controls();
  ok([...threshold_balanced!, ...threshold_expansive!].every((value) => near(value, 0.95)));
  deepStrictEqual([...class_weights!], [1, 1]);
  strictEqual(host.report().estimating, true);
});

Deno.test("scssl's host estimates on plain images with averaged weights and no bias", async () => {
  const { host } = await build();
  const end = epochEnd(2, { counts: [80, 10] });
  strictEqual(await host.onEpochEnd(end), "controls");
  deepStrictEqual(end.asked, [{ weights: "ema", view: "plain" }]);
  const report = host.report();
  deepStrictEqual(report.estimated_counts, [80, 10]);
  strictEqual(report.anchor, "consistent");
  strictEqual(report.c, 4);
  strictEqual(report.gamma_u, 8);
  const { threshold_balanced, threshold_expansive, class_weights } = host.controls();
  ok(near(threshold_balanced![0]!, 0.95) && near(threshold_balanced![1]!, 0.95));
  ok(near(threshold_expansive![1]!, 0.95 - 0.2 * 0.4));
  ok(class_weights![0]! < 1 && class_weights![1]! > 1);
});

Deno.test("scssl's thresholds start by the ratio that the setting names: the paper's .870 for inverse 20", async () => {
  const context = {
    classes: 100,
    labelledCounts: classCounts({ head: 150, ratio: 20, shape: "consistent" }, 100),
    labelledRatio: 20,
  };
  const method = await createMethod("fixmatch+scssl", {
    params: { estimation_epochs: 2, anchor: "inverse" },
    context,
  });
  const logits = new Float32Array(100);
  await method.host.onEpochEnd({
    epoch: 2,
    tensor: () => Promise.resolve(new Float32Array(100)),
    predictUnlabelled: () => Promise.resolve({ balanced: logits }),
  });
  const { threshold_balanced, threshold_expansive } = method.host.controls();
  ok(near(threshold_balanced!.at(-1)!, 0.87) && near(threshold_expansive!.at(-1)!, 0.35));
});

Deno.test("scssl's host knows an inverse distribution and lets c be fixed", async () => {
  const inverse = await build();
  await inverse.host.onEpochEnd(epochEnd(2, { counts: [10, 80] }));
  strictEqual(inverse.host.report().anchor, "inverse");
  strictEqual(inverse.host.report().c, 6);
  const fixed = await build({ c: 5, anchor: "uniform" });
  await fixed.host.onEpochEnd(epochEnd(2, { counts: [10, 80] }));
  strictEqual(fixed.host.report().anchor, "uniform");
  strictEqual(fixed.host.report().c, 5);
});

Deno.test("scssl's host takes a class that nobody was predicted as", async () => {
  const { host } = await build();
  await host.onEpochEnd(epochEnd(2, { counts: [40, 0] }));
  deepStrictEqual(host.report().estimated_counts, [40, 0]);
  ok([...host.controls().class_weights!].every((value) => value > 0 && Number.isFinite(value)));
});

Deno.test("scssl's host lowers only non-head thresholds, once an epoch, down to the floor", async () => {
  const { host } = await build({ alpha: 0.05 });
  await host.onEpochEnd(epochEnd(2, { counts: [80, 10] }));
  const before = host.controls().threshold_expansive![1]!;
  const high = { counts: [0, 0], bias: [3, 3] };
  strictEqual(await host.onEpochEnd(epochEnd(3, high)), "controls");
  const { threshold_expansive } = host.controls();
  ok(near(threshold_expansive![0]!, 0.95));
  ok(near(threshold_expansive![1]!, before - 0.05));
  const low = epochEnd(4, { counts: [0, 0], bias: [3, 1] });
  strictEqual(await host.onEpochEnd(low), "nothing");
  for (let epoch = 5; epoch < 40; epoch++) await host.onEpochEnd(epochEnd(epoch, high));
  ok(near(host.controls().threshold_expansive![1]!, 0.95 - 0.6 * 0.4)); // c = 6, γ_u = 8
  ok(near(host.controls().threshold_balanced![1]!, 0.95 - 0.2 * 0.16));
});

Deno.test("scssl's host comes back from a checkpoint", async () => {
  const first = (await build({ alpha: 0.01 })).host;
  await first.onEpochEnd(epochEnd(2, { counts: [80, 10] }));
  await first.onEpochEnd(epochEnd(3, { counts: [], bias: [3, 3] }));
  const second = (await build({ alpha: 0.01 })).host;
  second.load(first.save());
  deepStrictEqual(second.controls(), first.controls());
  deepStrictEqual(second.report(), first.report());
  const fresh = (await build({ alpha: 0.01 })).host;
  second.load(fresh.save());
  deepStrictEqual(second.report(), fresh.report());
});

Deno.test("scssl's host restarts, freezes and falls in the program where asked", async () => {
  const restart = await build({ after_estimation: "restart" });
  strictEqual(await restart.host.onEpochEnd(epochEnd(2, { counts: [80, 10] })), "restart");
  const frozen = await build({ threshold_update: "never" });
  await frozen.host.onEpochEnd(epochEnd(2, { counts: [80, 10] }));
  const high = epochEnd(3, { counts: [], bias: [3, 3] });
  strictEqual(await frozen.host.onEpochEnd(high), "nothing");
  const stepwise = await build({ threshold_update: "step" });
  deepStrictEqual([...stepwise.host.controls().moving!], [0, 0]);
  await stepwise.host.onEpochEnd(epochEnd(2, { counts: [80, 10] }));
  deepStrictEqual([...stepwise.host.controls().moving!], [0, 1]);
});

Deno.test("scssl's class weights are none, estimated or known", async () => {
  const none = await build({ reweight: "none" });
  await none.host.onEpochEnd(epochEnd(2, { counts: [80, 10] }));
  deepStrictEqual([...none.host.controls().class_weights!], [1, 1]);
  const known = await build({ reweight: "known" }, [5, 5]);
  await known.host.onEpochEnd(epochEnd(2, { counts: [80, 10] }));
  deepStrictEqual([...known.host.controls().class_weights!], [1, 1]);
  await rejects(build({ reweight: "known" }), UserError);
});
