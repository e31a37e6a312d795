import { assertClose } from "../golden.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { goldenLosses } from "./golden_losses.ts";
import { runLossesOn } from "./loss_run.ts";
import { goldenEngineTest } from "./engines.ts";

goldenEngineTest(
  "la golden: the supervised term is adjusted, the consistency term is FixMatch's",
  async (engine) => {
    const golden = await goldenLosses();
    const plain = await createMethod("fixmatch", {
      params: golden.base,
      context: golden.context,
    });
    const { unsup_loss: unsupervised } = await runLossesOn(engine, plain, golden.batch(0));
    for (const name of golden.cases(/la[\d.]+/)) {
      const { tau, mean } = golden.facts[name];
      const method = await createMethod("fixmatch+la", {
        params: { ...golden.base, la_tau: tau },
        context: golden.context,
      });
      const out = await runLossesOn(engine, method, golden.batch(0));
      assertClose(out.sup_loss!, [mean], { tolerance: 1e-4, what: name });
      assertClose(out.unsup_loss!, unsupervised!, { tolerance: 1e-12, what: "unsup_loss" });
      const expected = golden.tensor(`${name}.grad`).data;
      assertClose(out["grad.labelled"]!, expected, { tolerance: 1e-3, what: `${name} gradient` });
    }
  },
);
