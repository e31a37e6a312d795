import assert from "node:assert/strict";
import { confusionMatrix, evaluateLogits } from "../../src/train/metrics.ts";
import { goldenJson, goldenTensors, goldenTest } from "../golden.ts";

function close(actual: number, expected: number, what: string): void {
  const error = Math.abs(actual - expected);
  assert.ok(error <= 1e-6 * Math.max(1, Math.abs(expected)), `${what}: ${actual} ≠ ${expected}`);
}

goldenTest("evaluateLogits() gives the golden metrics", async () => {
  const cases = await goldenJson<Record<string, Record<string, number & number[]>>>("metrics.json");
  const tensors = await goldenTensors("metrics.safetensors");
  let compared = 0;
  for (const [name, expected] of Object.entries(cases)) {
    const stored = tensors.get(`${name}.logits`);
    if (!stored) continue;
    compared += 1;
    const labels = Int32Array.from(tensors.get(`${name}.labels`)!.data);
    const classes = stored.shape[1]!;
    const { predicted, scalars } = evaluateLogits(stored.data, labels);
    assert.deepEqual([...predicted], expected.predictions, name);
    const confusion = confusionMatrix(predicted, labels, { classes });
    const rows = expected.confusion_row_normalised as unknown as number[][];
    for (let k = 0; k < classes; k++) {
      const row = [...confusion.subarray(k * classes, (k + 1) * classes)];
      const total = row.reduce((sum, n) => sum + n, 0);
      row.forEach((n, j) => close(n / total, rows[k]![j]!, `${name} confusion ${k},${j}`));
      close(scalars.recalls[k]!, rows[k]![k]!, `${name} recall ${k}`);
    }
    close(scalars.loss, expected["loss"]!, `${name} loss`);
    close(scalars.top1, expected["top-1-acc"]!, `${name} top-1`);
    close(scalars.top5, expected["top-5-acc"]!, `${name} top-5`);
    close(scalars.balanced, expected["balanced_acc"]!, `${name} balanced`);
    close(scalars.precision, expected["precision"]!, `${name} precision`);
    close(scalars.recall, expected["recall"]!, `${name} recall`);
    close(scalars.f1, expected["F1"]!, `${name} F1`);
  }
  assert.ok(compared > 0, "no case was compared");
});

Deno.test("evaluateLogits() takes fewer than five classes and a class that the test set lacks", () => {
  const logits = new Float32Array([2, 1, 0, 0, 1, 0, 3, 3, 0]);
  const { predicted, scalars } = evaluateLogits(logits, new Int32Array([0, 1, 1]));
  assert.deepEqual([...predicted], [0, 1, 0]);
  assert.equal(scalars.top5, 1);
  assert.equal(scalars.top1, 2 / 3);
  assert.deepEqual(scalars.recalls, [1, 0.5, null]);
  assert.equal(scalars.balanced, 0.75);
});

Deno.test("evaluateLogits() measures calibration in 15 bins", () => {
  // Two classes at p = .8: confidence .8 against accuracy .5.
  const gap = Math.log(4);
  const logits = new Float32Array([gap, 0, gap, 0]);
  const { scalars } = evaluateLogits(logits, new Int32Array([0, 1]));
  close(scalars.ece, 0.3, "ece");
  // Certain and right: the last bin takes a confidence of exactly 1.
  assert.equal(evaluateLogits(new Float32Array([1000, 0]), new Int32Array([0])).scalars.ece, 0);
});

Deno.test("evaluateLogits() is finite for extreme logits", () => {
  const { scalars } = evaluateLogits(new Float32Array([65504, -65504]), new Int32Array([1]));
  assert.equal(scalars.loss, 131008);
});

Deno.test("evaluateLogits() throws for shapes that do not fit", () => {
  assert.throws(() => evaluateLogits(new Float32Array(5), new Int32Array(2)), RangeError);
  assert.throws(() => evaluateLogits(new Float32Array(0), new Int32Array(0)), RangeError);
  assert.throws(
    () => evaluateLogits(new Float32Array(4), new Int32Array([0, 2])),
    /Expected a label below 2, found 2 at 1/,
  );
});
