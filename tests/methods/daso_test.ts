import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { enqueue } from "../../src/methods/daso_queue.ts";
import type { MethodContext } from "../../src/methods/method.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { assertClose } from "../golden.ts";
import { runRecorded } from "../run_recorded.ts";
import { assertRowGradients, assertSame, assertScalars, goldenLosses } from "./golden_losses.ts";
import { runLosses, runLossesOn } from "./loss_run.ts";
import { goldenEngineTest } from "./engines.ts";
import { stepInfo } from "./step_info.ts";

goldenEngineTest(
  "daso golden: steps of losses, labels, prototypes and gradients",
  async (engine) => {
    const golden = await goldenLosses();
    const { tensor, facts, context } = golden;
    const shared = facts.daso;
    const method = await createMethod("fixmatch+daso", {
      params: {
        ...golden.base,
        t_proto: shared.T_proto,
        t_dist: shared.T_dist,
        queue_length: shared.queue_len,
        align_weight: shared.assign_loss_ratio,
        pretrain_epochs: shared.num_pretrain_iter,
        refresh_epochs: shared.num_pl_dist_iter,
        similarity: "previous",
      },
      context,
    });
    let state: Record<string, Float64Array> = {};
    for (let it = 0; facts[`daso.it${it}`] !== undefined; it++) {
      const batch = golden.batch(it);
      const before = facts[`daso.it${it}`].pl_dist_before;
      if (it > 0) deepStrictEqual([...state.daso_counts!], before, `counts before ${it}`);
      const out = await runLossesOn(engine, method, {
        ...batch,
        averagedFeatures: batch.features!.labelled,
        state,
        step: method.host.stepInputs!(stepInfo(it)),
      });
      assertScalars(out, { assign_loss: 0, ...facts[`daso.it${it}`] }, {
        total: "loss",
        sup_loss: "sup_loss",
        unsup_loss: "unsup_loss",
        util_ratio: "util_ratio",
        assign_loss: "assign_loss",
      });
      assertSame(out["targets.mask"]!, tensor(`daso.it${it}.mask`), `mask ${it}`);
      assertSame(out["targets.labels"]!, tensor(`daso.it${it}.pseudo_label`), `labels ${it}`);
      if (golden.has(`daso.it${it}.blended`)) {
        const blended = tensor(`daso.it${it}.blended`).data;
        assertClose(out["targets.probabilities"]!, blended, {
          tolerance: 1e-4,
          what: `blended ${it}`,
        });
      }
      const expected = tensor(`daso.it${it}.prototypes`);
      const [classes = 0, features = 0] = expected.shape;
      const means = Float64Array.from(expected.data, (_, i) => {
        const [k, column] = [Math.floor(i / features), i % features];
        let sum = 0;
        for (let place = 0; place < shared.queue_len; place++) {
          sum += out["state.daso_bank"]![(k * shared.queue_len + place) * features + column]!;
        }
        return sum / Math.max(1, out["state.daso_filled"]![k]!);
      });
      strictEqual(classes, context.classes);
      assertClose(means, expected.data, { tolerance: 1e-5, what: `prototypes ${it}` });
      if (golden.has(`daso.it${it}.grad_lb`)) assertRowGradients(out, golden, `daso.it${it}`);
      state = Object.fromEntries(
        Object.keys(method.state).map((name) => [name, out[`state.${name}`]!]),
      );
    }
    deepStrictEqual([...state.daso_counts!], shared.pl_dist_end);
  },
);

Deno.test("daso's T_dist is 1.5 for ten classes with known unlabelled counts, .3 for STL-10 and many classes", async () => {
  const blended = async (classes: number, given: Partial<MethodContext>, t_dist: unknown) => {
    const labelledCounts = new Array<number>(classes).fill(2);
    const method = await createMethod("fixmatch+daso", {
      params: { pretrain_epochs: 0, queue_length: 2, t_dist },
      context: { classes, labelledCounts, sizes: { features: 2, unlabelledBatch: 1 }, ...given },
    });
    const row = (columns: number) => ({
      shape: [1, columns],
      data: Array.from({ length: columns }, (_, i) => i === 1 ? 2 : 0),
    });
    const views = (columns: number) => ({
      labelled: row(columns),
      weak: row(columns),
      strong: row(columns),
    });
    const out = runLosses(method, {
      labels: { shape: [1], data: [0] },
      logits: views(classes),
      features: views(2),
      averagedFeatures: row(2),
      // Half as many of the predicted class as of the most frequent one.
      state: { daso_counts: labelledCounts.map((_, k) => k === 0 ? 2 : k === 1 ? 1 : 0) },
      step: method.host.stepInputs!(stepInfo(1)),
    });
    return [...out["targets.probabilities"]!];
  };
  const known = (classes: number) => ({ unlabelledCounts: new Array<number>(classes).fill(3) });
  deepStrictEqual(await blended(10, known(10), "auto"), await blended(10, {}, 1.5));
  deepStrictEqual(await blended(10, {}, "auto"), await blended(10, {}, 0.3));
  deepStrictEqual(await blended(100, known(100), "auto"), await blended(100, {}, 0.3));
  notDeepStrictEqual(await blended(10, {}, 0.3), await blended(10, {}, 1.5));
});

Deno.test("enqueue() keeps the last features of each class, also when more come at once than fit", () => {
  const run = (state: Record<string, ArrayLike<number>>, labels: number[], first: number) =>
    runRecorded({
      bank: { shape: [6, 1], data: state.bank! },
      filled: { shape: [2], data: state.filled! },
      next: { shape: [2], data: state.next! },
      labels: { shape: [labels.length], data: labels, dtype: "int32" },
      features: { shape: [labels.length, 1], data: labels.map((_, i) => first + i) },
    }, (t) => {
      const queue = enqueue(
        {
          bank: t.bank as tf.Tensor2D,
          filled: t.filled as tf.Tensor1D,
          next: t.next as tf.Tensor1D,
        },
        {
          features: t.features as tf.Tensor2D,
          labels: t.labels as tf.Tensor1D,
          length: 3,
        },
      );
      return { ...queue };
    });
  const held = (state: Record<string, ArrayLike<number>>) => {
    const bank = Array.from(state.bank!);
    return [bank.slice(0, 3).sort(), bank.slice(3).sort()];
  };
  let state: Record<string, ArrayLike<number>> = {
    bank: new Float64Array(6),
    filled: [0, 0],
    next: [0, 0],
  };
  state = run(state, [0, 1, 0], 1);
  deepStrictEqual(held(state), [[0, 1, 3], [0, 0, 2]]);
  deepStrictEqual(Array.from(state.filled!), [2, 1]);
  state = run(state, [0, 0], 4);
  deepStrictEqual(held(state), [[3, 4, 5], [0, 0, 2]]);
  state = run(state, [1, 1, 1, 1, 1], 6);
  deepStrictEqual(held(state)[1]!.map(Number).sort((a, b) => a - b), [8, 9, 10]);
  deepStrictEqual(Array.from(state.filled!), [3, 3]);
  ok(Array.from(state.next!).every((place) => place >= 0 && place < 3));
});
