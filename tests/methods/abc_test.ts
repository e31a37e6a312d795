import { assertClose } from "../golden.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { assertRowGradients, assertScalars, goldenLosses } from "./golden_losses.ts";
import { runLossesOn } from "./loss_run.ts";
import { goldenEngineTest } from "./engines.ts";

goldenEngineTest("abc golden: losses and gradients with the recorded draws", async (engine) => {
  const golden = await goldenLosses();
  const { tensor } = golden;
  const facts = golden.facts.abc;
  const method = await createMethod("fixmatch+abc", {
    params: golden.base,
    context: golden.context,
  });
  // A uniform number below its rate draws 1: 0 always does, 1 never.
  const uniform = (name: string) => tensor(name).data.map((drawn) => 1 - drawn);
  const out = await runLossesOn(engine, method, {
    ...golden.batch(facts.in_batch),
    heads: { abc: { weight: tensor("abc.aux_weight"), bias: tensor("abc.aux_bias") } },
    step: {
      abc_labelled: uniform("abc.draw_lb"),
      abc_unlabelled: uniform("abc.draw_ulb"),
      abc_progress: [facts.epoch / facts.epochs],
    },
  });
  assertScalars(out, facts, {
    total: "loss",
    sup_loss: "sup_loss",
    unsup_loss: "unsup_loss",
    util_ratio: "util_ratio",
  });
  const own = out.abc_sup_loss![0]! + out.abc_unsup_loss![0]!;
  assertClose([own], [facts.abc_loss], { tolerance: 1e-4, what: "abc_loss" });
  assertRowGradients(out, golden, "abc");
  for (const part of ["weight", "bias"]) {
    const expected = tensor(`abc.grad_aux_${part}`).data;
    assertClose(out[`grad.abc.${part}`]!, expected, { tolerance: 1e-3, what: part });
  }
});

goldenEngineTest(
  "abc golden: a row is drawn exactly when its number is below its rate",
  async (engine) => {
    const golden = await goldenLosses();
    const { tensor } = golden;
    const facts = golden.facts.abc;
    const method = await createMethod("fixmatch+abc", {
      params: golden.base,
      context: golden.context,
    });
    const near = (name: string, by: number) => tensor(name).data.map((rate) => rate * by);
    const run = (by: number) =>
      runLossesOn(engine, method, {
        ...golden.batch(facts.in_batch),
        heads: { abc: { weight: tensor("abc.aux_weight"), bias: tensor("abc.aux_bias") } },
        step: {
          abc_labelled: near("abc.p_lb", by),
          abc_unlabelled: near("abc.p_ulb", by),
          abc_progress: [facts.epoch / facts.epochs],
        },
      });
    const [all, none] = [await run(0.999), await run(1.001)];
    assertClose(none.abc_sup_loss!, [0], { tolerance: 1, what: "no labelled row" });
    assertClose(none.abc_util_ratio!, [0], { tolerance: 1, what: "no unlabelled row" });
    const mask = tensor("abc.mask_conf").data;
    const share = mask.reduce((sum, value) => sum + value, 0) / mask.length;
    assertClose(all.abc_util_ratio!, [share], { tolerance: 1e-6, what: "all confident rows" });
  },
);
