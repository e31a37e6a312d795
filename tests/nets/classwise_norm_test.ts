import type * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { classwiseInference, classwiseTraining } from "../../src/nets/classwise_norm.ts";
import { initialValues } from "../../src/nets/initialise.ts";
import { loadNet } from "../../src/nets/registry.ts";
import { assertClose } from "../golden.ts";
import { type Given, runRecorded } from "../run_recorded.ts";

Deno.test("loadNet() adds class-wise BatchNorm by id or by option, and changes no other parameter", async () => {
  const sizes = { classes: 3, channels: 3 };
  const plain = await loadNet("wrn-10-1", sizes);
  const byId = await loadNet("wrn-10-1-cbn", sizes);
  const byOption = await loadNet("wrn-10-1", { ...sizes, classwiseNorm: true });
  const names = ({ parameters }: typeof plain) => parameters.map(({ name }) => name);
  deepStrictEqual(names(byId), names(byOption));
  deepStrictEqual(names(byId).slice(names(plain).length), [
    "BNH.weight",
    "BNH.bias",
    "BNM.weight",
    "BNM.bias",
    "BNT.weight",
    "BNT.bias",
  ]);
  for (const [at, parameter] of plain.parameters.entries()) {
    deepStrictEqual(
      initialValues(byId.parameters[at]!, 3),
      initialValues(parameter, 3),
    );
  }
  const own = byId.buffers.filter(({ name }) => name.startsWith("BN"));
  strictEqual(own.length, 6);
  strictEqual(own.every(({ momentum }) => momentum === 0.1), true);
});

Deno.test("classwiseInference() with the batch's statistics is the training pass", () => {
  const [rows, channels] = [3, 2];
  const given: Record<string, Given> = {
    map: {
      shape: [rows, 2, 2, channels],
      data: Array.from({ length: rows * 4 * channels }, (_, i) => Math.sin(3 * i)),
    },
  };
  ["H", "M", "T"].forEach((branch, at) => {
    given[`BN${branch}.weight`] = { shape: [channels], data: [1 + at, 0.5 - at] };
    given[`BN${branch}.bias`] = { shape: [channels], data: [at, -at] };
  });
  const count = rows * 4;
  const out = runRecorded(given, (t) => {
    const map = t.map as tf.Tensor4D;
    const statistics: Record<string, tf.Tensor> = {};
    const { features } = classwiseTraining(map, t, statistics);
    const buffers = Object.fromEntries(
      Object.entries(statistics).map(([name, value]) => [
        name,
        // Training normalises by the biased variance, running statistics hold the unbiased one.
        name.endsWith("running_var") ? value.mul((count - 1) / count) : value,
      ]),
    );
    const inferred = classwiseInference(map.mean([1, 2]), { parameters: t, buffers });
    return { features, inferred };
  });
  assertClose(out.inferred!, out.features!, { tolerance: 1e-6, what: "features" });
});
