import assert from "node:assert/strict";
import { join } from "node:path";
import {
  encodeEvaluation,
  evaluateOutputs,
  evaluationFile,
  type EvaluationsMeta,
  writeEvaluationsMeta,
} from "../../src/train/evaluations.ts";
import { summarizeRun } from "../../src/train/run_metrics.ts";

function close(found: unknown, expected: number, what: string): void {
  assert.ok(typeof found === "number" && Math.abs(found - expected) < 1e-6, `${what}: ${found}`);
}

/** Logits of whole numbers, which float16 keeps: 2 for each predicted class and 0 for the three others. */
function logitsOf(predicted: readonly number[]): Float32Array {
  return Float32Array.from(
    predicted.flatMap((best) => [0, 1, 2, 3].map((k) => k === best ? 2 : 0)),
  );
}

Deno.test("summarizeRun() takes every metric along, and says which class the test set lacks", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const labels = Int32Array.of(0, 0, 0, 0, 1, 1, 3, 3);
    const meta: EvaluationsMeta = {
      format: 1,
      primary: "plain",
      outputs: [{ name: "plain", head: "base", rule: "none" }],
      classes: 4,
      test_count: 8,
      official_test_count: 8,
      fixed_split: false,
      class_counts: [200, 150, 50, 10],
      engine: "wasm",
      steps: [1, 2],
    };
    await writeEvaluationsMeta(directory, meta, { labels });
    const predictions = { 1: [0, 1, 1, 1, 0, 0, 0, 0], 2: [0, 0, 0, 2, 1, 0, 3, 0] };
    for (const [step, predicted] of Object.entries(predictions)) {
      const heads = { base: { logits: logitsOf(predicted), bias: new Float32Array(4) } };
      const outputs = evaluateOutputs(heads, labels, meta);
      const bytes = encodeEvaluation({ step: Number(step), outputs });
      await Deno.writeFile(join(directory, evaluationFile(Number(step))), bytes);
    }
    const { absent_classes, selected_step, outputs } = await summarizeRun(directory, {
      pick: "best",
    });
    assert.equal(selected_step, 2);
    assert.deepEqual(absent_classes, [2]);
    const found = outputs.plain!;
    assert.deepEqual(found.recalls, [0.75, 0.5, null, 0.5]);
    close(found.top1, 5 / 8, "top-1");
    close(found.top5, 1, "top-5 of four classes");
    close(found.balanced, 1.75 / 3, "balanced");
    close(found.geometric_mean, (0.75 * 0.5 * 0.5) ** (1 / 3), "geometric mean");
    close(found.many, 0.625, "many");
    assert.equal(found.medium, null); // the class of 50 labelled images has no test image
    close(found.few, 0.5, "few");
    const sum = Math.E ** 2 + 3;
    close(found.ece, Math.E ** 2 / sum - 5 / 8, "ece");
    close(found.loss, Math.log(sum) - 2 * 5 / 8, "loss");
    // Over the four classes that occur: 2 is predicted once and never right.
    close(found.precision, (3 / 5 + 1 + 0 + 1) / 4, "precision");
    close(found.recall, 1.75 / 4, "recall");
    close(found.f1, (6 / 9 + 2 / 3 + 0 + 2 / 3) / 4, "F1");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
