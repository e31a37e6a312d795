import { assertClose } from "../golden.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { runLosses } from "./loss_run.ts";
import { stepInfo } from "./step_info.ts";

const logSoftmax = (z: number[]) => {
  const sum = z.reduce((total, value) => total + Math.exp(value), 0);
  return z.map((value) => value - Math.log(sum));
};

Deno.test("adello follows its formulas, with and without the distillation", async () => {
  const method = await createMethod("fixmatch+adello", {
    params: { p_cutoff: 0.8, distill_from_epoch: 100 },
    context: { classes: 2, labelledCounts: [6, 2] },
  });
  const rows = {
    labelled: [[1, 0.5], [-1, 0]],
    weak: [[2, 0], [0.2, 0.1]],
    strong: [[0, 1], [1, 1]],
  };
  const values = (data: number[][]) => ({ shape: [data.length, 2], data: data.flat() });
  const prior = [0.7, 0.3];
  for (const step of [64, 128]) {
    const out = runLosses(method, {
      labels: { shape: [2], data: [0, 1] },
      logits: {
        labelled: values(rows.labelled),
        weak: values(rows.weak),
        strong: values(rows.strong),
      },
      state: { adello_prior: prior },
      step: method.host.stepInputs!(stepInfo(step)),
    });
    const alpha = 1 - 0.9 * (step / 256) ** 2;
    const powered = prior.map((p) => p ** alpha);
    const target = powered.map((p) => p / (powered[0]! + powered[1]!));
    const shifted = (z: number[], p: number[]) =>
      logSoftmax(z.map((value, k) => value + Math.log((p[k]! + 1e-9) / (target[k]! + 1e-9))));
    const supervised = -(shifted(rows.labelled[0]!, [0.75, 0.25])[0]! +
      shifted(rows.labelled[1]!, [0.75, 0.25])[1]!) / 2;
    const p = rows.weak.map((z) => logSoftmax(z).map(Math.exp));
    const strong = rows.strong.map((z) => shifted(z, prior));
    const consistency = -strong[0]![0]! / 2; // only the first row is confident
    const distilled = step < 100
      ? 0
      : -(p[1]![0]! * strong[1]![0]! + p[1]![1]! * strong[1]![1]!) / 2;
    const close = (name: string, expected: number[]) =>
      assertClose(out[name]!, expected, { tolerance: 1e-6, what: name });
    close("sup_loss", [supervised]);
    close("unsup_loss", [consistency]);
    close("distill_loss", [distilled]);
    close("total", [supervised + consistency + distilled]);
    close(
      "state.adello_prior",
      prior.map((old, k) => 0.999 * old + 0.0005 * (p[0]![k]! + p[1]![k]!)),
    );
  }
});
