import type * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, ok } from "node:assert/strict";
import { normalise } from "../../src/augment/normalise.ts";
import { datasetFacts } from "../../src/data/datasets.ts";
import { runRecorded } from "../run_recorded.ts";

const imagenet = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]];
const imagenet127 = [[0.48109809, 0.45747185, 0.40785507], [0.26040889, 0.2532126, 0.26820634]];

/** Mean and standard deviation: USB's (datasets/cv_datasets), CoSSL's for ImageNet-127 (dataset/fix_small_imagenet127.py). */
const EXPECTED: Readonly<Record<string, readonly (readonly number[])[]>> = {
  "cifar-10": imagenet,
  "cifar-100": [
    [129.3 / 255, 124.1 / 255, 112.4 / 255],
    [68.2 / 255, 65.4 / 255, 70.4 / 255],
  ],
  "stl-10": [
    [112.4 / 255, 109.1 / 255, 98.6 / 255],
    [68.4 / 255, 66.6 / 255, 68.5 / 255],
  ],
  "imagenet-127-32": imagenet127,
  "imagenet-127-64": imagenet127,
};

Deno.test("normalise() takes each data set's own mean to 0 and one deviation above it to 1", () => {
  for (const [id, [mean = [], std = []]] of Object.entries(EXPECTED)) {
    const { normalisation } = datasetFacts(id)!;
    deepStrictEqual([normalisation.mean, normalisation.std], [mean, std], id);
    const data = [...mean.map((m) => 255 * m), ...mean.map((m, i) => 255 * (m + std[i]!))];
    const { out } = runRecorded({ x: { shape: [1, 1, 2, 3], data } }, ({ x }) => ({
      out: normalise(x as tf.Tensor4D, normalisation),
    }));
    for (const [i, value] of out!.entries()) ok(Math.abs(value - (i < 3 ? 0 : 1)) < 1e-5, id);
  }
});
