import { ok, strictEqual } from "node:assert/strict";
import { assertClose } from "../golden.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { assertRowGradients, assertScalars, goldenLosses } from "./golden_losses.ts";
import { runLossesOn } from "./loss_run.ts";
import { goldenEngineTest } from "./engines.ts";
import { stepInfo } from "./step_info.ts";

goldenEngineTest("acr golden: steps of losses, estimate, τ and gradients", async (engine) => {
  const golden = await goldenLosses();
  const { tensor } = golden;
  const shared = golden.facts.acr;
  const method = await createMethod("fixmatch+acr", {
    params: {
      p_cutoff: golden.base.p_cutoff,
      lambda_u: 1, // the port weighs no term
      acr_tau: shared.tau1,
      estimation_epochs: shared.est_epoch,
      acr_ema: shared.ema_u,
    },
    context: golden.context,
  });
  let state: Record<string, Float64Array> = {};
  for (let it = 0; golden.facts[`acr.it${it}`] !== undefined; it++) {
    const facts = golden.facts[`acr.it${it}`];
    const batch = golden.batch(it);
    const step = {
      ...method.host.stepInputs!(stepInfo(it, { epochSteps: shared.its_per_epoch })),
      acr_epoch_steps: [shared.num_eval_iter], // what the port divides by, whatever an epoch has
    };
    const out = await runLossesOn(engine, method, {
      ...batch,
      features: { ...batch.features!, weak: tensor(`acr.it${it}.feat_w`) },
      heads: { acr: { weight: tensor("acr.aux_weight"), bias: tensor("acr.aux_bias") } },
      state,
      step,
    });
    assertScalars(out, facts, {
      total: "loss",
      sup_loss: "sup_loss",
      unsup_loss: "unsup_loss",
      acr_sup_loss: "Lx_b",
      acr_unsup_loss: "Lu_b",
      acr_tau: "tau_used",
    });
    assertClose(out["state.acr_u"]!, facts.u_py, { tolerance: 1e-5, what: `u_py ${it}` });
    const sum = [...out["state.acr_sum"]!];
    assertClose([...sum, 1], [...facts.count_KL, 1], { tolerance: 1e-5, what: `KL ${it}` });
    const weight = tensor(`acr.it${it}.grad_aux_weight`).data;
    assertClose(out["grad.acr.weight"]!, weight, { tolerance: 1e-3, what: `head ${it}` });
    if (golden.has(`acr.it${it}.grad_lb`)) assertRowGradients(out, golden, `acr.it${it}`);
    state = Object.fromEntries(
      Object.keys(method.state).map((name) => [name, out[`state.${name}`]!]),
    );
  }
});

Deno.test("acr's host divides by the steps of the epoch before, also where epochs are of unequal steps", async () => {
  const { host } = await createMethod("fixmatch+acr", {
    params: {},
    context: { classes: 2, labelledCounts: [2, 1] },
  });
  for (const steps of [12, 256, 300, 6144]) {
    let start = 0;
    for (let step = 1; step < steps; step++) {
      const given = host.stepInputs!(stepInfo(step, { steps, epochSteps: steps / 256 }));
      if (given.acr_epoch_start![0] === 0) continue;
      strictEqual(given.acr_epoch_steps![0], step - start, `step ${step} of ${steps}`);
      start = step;
    }
    ok(start >= steps - steps / 256 - 1);
  }
});
