import * as tf from "@tensorflow/tfjs";
import { ok } from "node:assert/strict";
import type { HeadLogits, Method } from "../../src/methods/method.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { classwiseInference, classwiseTraining } from "../../src/nets/classwise_norm.ts";
import { channelsLast, fromTorch, toTorch } from "../../src/nets/layout.ts";
import { stopGradient } from "../../src/tensor/ops.ts";
import { movingAverage } from "../../src/train/ema.ts";
import { assertClose } from "../golden.ts";
import type { Given } from "../run_recorded.ts";
import { goldenEngineTest, runOn } from "./engines.ts";
import { assertSame, goldenLosses } from "./golden_losses.ts";

const HEADS = { base: "fc1", cpe2: "fc2", cpe3: "fc3" };

goldenEngineTest("cpe golden: class-wise BatchNorm, heads, losses, gradients", async (engine) => {
  const { tensor, facts, context, base } = await goldenLosses();
  const { tau, cut1, cut2, bn_momentum } = facts.cpe;
  const method = await createMethod("fixmatch+cpe", {
    params: { ...base, tau_1: tau[0], tau_2: tau[1], tau_3: tau[2], cut_1: cut1, cut_2: cut2 },
    context,
  });
  const given: Record<string, Given> = {
    labels: { ...tensor("cpe.y_lb"), dtype: "int32" },
    lb: channelsLast(tensor("cpe.map_lb")),
    w: channelsLast(tensor("cpe.map_w")),
    s: channelsLast(tensor("cpe.map_s")),
  };
  for (const branch of ["H", "M", "T"]) {
    for (const part of ["weight", "bias"]) {
      given[`BN${branch}.${part}`] = tensor(`cpe.bn${branch}_${part}`);
    }
  }
  for (const [head, name] of Object.entries(HEADS)) {
    given[`${head}.weight`] = fromTorch(tensor(`cpe.${name}_weight`));
    given[`${head}.bias`] = tensor(`cpe.${name}_bias`);
  }
  const out = await runOn(engine, given, (t) => goldenStep(method, t, { decay: 1 - bn_momentum }));

  assertClose(out.total!, [facts.cpe.loss], { tolerance: 1e-4, what: "loss" });
  const supervised = ["", "cpe2_", "cpe3_"].map((prefix) => out[`${prefix}sup_loss`]![0]!);
  assertClose(supervised, facts.cpe.sup_loss, { tolerance: 1e-4, what: "sup_loss" });
  for (const fact of ["unsup_loss", "util_ratio"]) {
    assertClose(out[`cpe2_${fact}`]!, [facts.cpe[`head2_${fact}`]], {
      tolerance: 1e-4,
      what: fact,
    });
  }
  for (const [at, head] of Object.keys(HEADS).entries()) {
    const name = `cpe.head${at + 1}`;
    assertClose(out[`${head}.logits`]!, tensor(`${name}_logits`).data, {
      tolerance: 1e-4,
      what: name,
    });
    assertSame(out[`${head}.labels`]!, tensor(`${name}_pseudo_label`), name);
    assertClose(
      transposed(out[`grad.${head}.weight`]!, tensor(`cpe.grad_fc${at + 1}_weight`).shape),
      tensor(`cpe.grad_fc${at + 1}_weight`).data,
      { tolerance: 1e-3, what: `gradient of ${name}` },
    );
  }
  assertClose(out["grad.BNT.weight"]!, tensor("cpe.grad_bnT_weight").data, {
    tolerance: 1e-3,
    what: "gradient of BNT",
  });
  for (const rows of ["lb", "w", "s"]) {
    const expected = channelsLast(tensor(`cpe.grad_map_${rows}`)).data;
    assertClose(out[`grad.${rows}`]!, expected, { tolerance: 1e-3, what: `gradient of ${rows}` });
    ok(out[`grad.${rows}`]!.some((value) => value !== 0));
  }
  for (const part of ["running_mean", "running_var"]) {
    const expected = tensor(`cpe.bnH_${part}`).data;
    assertClose(out[`BNH.${part}`]!, expected, { tolerance: 1e-5, what: part });
  }
  assertClose(out.evaluated!, tensor("cpe.eval_logits_2").data, {
    tolerance: 1e-4,
    what: "evaluated logits",
  });
});

function goldenStep(
  method: Method,
  t: Record<string, tf.Tensor>,
  { decay }: { readonly decay: number },
): Record<string, tf.Tensor> {
  const result: Record<string, tf.Tensor> = {};
  const names = Object.keys(t).filter((name) => name !== "labels");
  const [lb, w] = [t.lb!.shape[0]!, t.w!.shape[0]!];
  const gradients = tf.grads((...values: tf.Tensor[]) => {
    const live = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
    const statistics: Record<string, tf.Tensor> = {};
    const map = tf.concat([live.lb!, live.w!, live.s!], 0) as tf.Tensor4D;
    const { features, branches } = classwiseTraining(map, live, statistics);
    const logits: Record<string, HeadLogits> = {};
    for (const head of Object.keys(HEADS)) {
      const apply = (x: tf.Tensor) =>
        tf.add<tf.Tensor2D>(
          tf.matMul(x as tf.Tensor2D, live[`${head}.weight`] as tf.Tensor2D),
          live[`${head}.bias`]!,
        );
      const all = apply(features);
      const strong = (x: tf.Tensor2D) => tf.slice2d(apply(x), [lb + w, 0], [-1, -1]);
      const { H, M, T } = branches;
      logits[head] = {
        labelled: tf.slice2d(all, [0, 0], [lb, -1]),
        weak: stopGradient(tf.slice2d(all, [lb, 0], [w, -1])),
        strong: tf.slice2d(all, [lb + w, 0], [-1, -1]),
        branches: { H: strong(H), M: strong(M), T: strong(T) },
      };
      result[`${head}.logits`] = all;
      result[`${head}.labels`] = tf.argMax(logits[head].weak!, 1);
    }
    const { total, scalars } = method.losses({
      logits,
      labels: t.labels as tf.Tensor1D,
      controls: {},
      state: {},
      biases: {},
    });
    Object.assign(result, scalars, { total });
    for (const [name, initial] of [["running_mean", 0], ["running_var", 1]] as const) {
      for (const branch of ["H", "M", "T"]) {
        const batch = statistics[`BN${branch}.${name}`]!;
        const start = tf.fill(batch.shape, initial);
        result[`BN${branch}.${name}`] = movingAverage(start, batch, { decay });
      }
    }
    const averaged = classwiseInference(tf.mean(live.w!, [1, 2]), {
      parameters: live,
      buffers: result,
    });
    result.evaluated = tf.add(
      tf.matMul(averaged, live["cpe2.weight"] as tf.Tensor2D),
      live["cpe2.bias"]!,
    );
    Object.values(result).forEach(tf.keep);
    return total;
  })(names.map((name) => t[name]!));
  names.forEach((name, i) => result[`grad.${name}`] = gradients[i]!);
  return result;
}

/** A program's linear weight in PyTorch's layout. */
function transposed(data: Float64Array, [rows = 0, columns = 0]: readonly number[]): Float32Array {
  return toTorch({ shape: [columns, rows], data: Float32Array.from(data) }).data;
}
