import { createMethod } from "../../src/methods/registry.ts";
import { assertClose } from "../golden.ts";
import { runLosses } from "./loss_run.ts";
import { stepInfo } from "./step_info.ts";

const softmax = (z: number[]) => {
  const e = z.map(Math.exp);
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((value) => value / sum);
};

Deno.test("simpro follows its formulas over an epoch's end", async () => {
  const labelledCounts = [6, 2];
  const method = await createMethod("fixmatch+simpro", {
    params: { simpro_tau: 2, simpro_cutoff: 0.8 },
    context: { classes: 2, labelledCounts },
  });
  const rows = {
    labelled: [[1, 0.5], [-1, 0]],
    weak: [[2, 0], [0.2, 0.1]],
    strong: [[0, 1], [1, 1]],
  };
  const values = (data: number[][]) => ({ shape: [data.length, 2], data: data.flat() });
  const [pu, pa, mass, seen] = [[0.7, 0.3], [0.6, 0.4], [3, 1], [4, 2]];
  const out = runLosses(method, {
    labels: { shape: [2], data: [0, 1] },
    logits: {
      labelled: values(rows.labelled),
      weak: values(rows.weak),
      strong: values(rows.strong),
    },
    state: { simpro_unlabelled: pu!, simpro_all: pa!, simpro_mass: mass!, simpro_seen: seen! },
    step: method.host.stepInputs!(stepInfo(4, {
      epochSteps: 2,
      labelledBatch: 2,
      labelledCount: 8,
      unlabelledCount: 32,
      unlabelled: Int32Array.of(0, 1),
    })),
  });
  const unlabelled = pu!.map((p, k) => 0.9 * p + (0.1 * mass![k]!) / 5);
  const all = pa!.map((p, k) => 0.9 * p + (0.1 * (mass![k]! + seen![k]!)) / 10);
  const shift = (p: number[]) => p.map((value) => Math.log(value ** 2));
  const plus = (z: number[], by: number[]) => z.map((value, k) => value + by[k]!);
  const q = rows.weak.map((z) => softmax(plus(z, shift(unlabelled))));
  const mask = q.map((p) => Math.max(...p) >= 0.8 ? 1 : 0);
  const log = (z: number[]) => softmax(plus(z, shift(all))).map(Math.log);
  const supervised = -(log(rows.labelled[0]!)[0]! + log(rows.labelled[1]!)[1]!) / 2 / (32 / 8);
  const consistency = rows.strong.reduce((sum, z, i) => {
    const l = log(z);
    return sum - mask[i]! * (q[i]![0]! * l[0]! + q[i]![1]! * l[1]!) / 2;
  }, 0);
  const close = (name: string, expected: number[]) =>
    assertClose(out[name]!, expected, { tolerance: 1e-6, what: name });
  close("sup_loss", [supervised]);
  close("unsup_loss", [consistency]);
  close("total", [supervised + consistency]);
  close("state.simpro_unlabelled", unlabelled);
  close("state.simpro_all", all);
  close("state.simpro_mass", [0, 1].map((k) => mask[0]! * q[0]![k]! + mask[1]! * q[1]![k]!));
  close("state.simpro_seen", [1, 1]);
});
