import { deepEqual, equal, match } from "node:assert/strict";
import { expandSweep, sweepOf } from "../../../src/config/mod.ts";
import { sweepTree } from "../../../src/config/usb/mod.ts";
import { capabilities } from "../../../src/sweep/capabilities.ts";
import { userError } from "../sweep_files.ts";
import {
  columns,
  configText,
  first,
  paper,
  plugIns,
  refusalsOf,
  runOf,
  values,
} from "./config_files.ts";

const text = (imbalance: string | null, changes: Parameters<typeof configText>[0] = {}) =>
  configText({ ...values("fixmatch", imbalance), ...changes });

/** Effective parameters of the one run of a config file. */
function effective(config: string) {
  const tree = sweepTree([runOf(config)], { paper, table: "usb", title: "usb" });
  const sweep = sweepOf(tree, { file: "/nowhere/usb.yaml", name: "usb.yaml" });
  const cell = expandSweep(sweep, { capabilities: capabilities() }).tables[0]!.cells[0]!;
  const { method, methodParams, split, runs } = cell;
  return { method, methodParams, split, run: runs[0]! };
}

/** The same of a cell of the paper's tables. */
function published(id: string) {
  const { tables } = expandSweep(paper, { capabilities: capabilities() });
  const cell = tables.flatMap(({ cells }) => cells).find((each) => each.id === id)!;
  const { method, methodParams, split, runs } = cell;
  return { method, methodParams, split, run: runs[0]! };
}

for (const imbalance of ["abc", "acr", "cpe", "daso", "adello", "scssl", "crest", "darp"]) {
  Deno.test(`mapRun() makes USB's file of ${imbalance} the run of the paper's tables`, () => {
    const ours = effective(text(imbalance));
    const names: Readonly<Record<string, string>> = {
      adello: "table8/fixmatch+adello",
      crest: "table1/fixmatch+la+crest",
      darp: "table1/fixmatch+la+darp",
    };
    const theirs = published(
      `${names[imbalance] ?? `table1/fixmatch+${imbalance}`}/c10-consistent-1500`,
    );
    const withoutLa = (params: object) => {
      return Object.fromEntries(Object.entries(params).filter(([name]) => name !== "la_tau"));
    };
    deepEqual(ours.run, theirs.run);
    deepEqual(ours.split, theirs.split);
    deepEqual(ours.methodParams, withoutLa(theirs.methodParams));
    equal(ours.method, theirs.method.replace("+la", ""));
  });
}

Deno.test("mapRun() gives plain algorithms USB's cosine and plug-ins a constant rate", () => {
  equal(effective(text(null)).run.params.schedule, "usb");
  equal(effective(configText(values("supervised", null))).run.params.schedule, "usb");
  equal(effective(text("abc")).run.params.schedule, "fixed");
});

Deno.test("mapRun() reads counts as USB does: head, sum with ratio 1, negative for inverse", () => {
  const split = (changes: Parameters<typeof configText>[0]) =>
    effective(text("abc", changes)).split;
  deepEqual(split({}).unlabelled, { shape: "consistent", head: 3000, ratio: 100 });
  deepEqual(split({ ulb_imb_ratio: -100 }).unlabelled, {
    shape: "inverse",
    head: 3000,
    ratio: 100,
  });
  const uniform = { shape: "uniform", head: 300, ratio: 1 };
  deepEqual(split({ ulb_imb_ratio: 1 }).unlabelled, uniform);
  deepEqual(split({ ulb_imb_ratio: "1.0" }).unlabelled, uniform);
  deepEqual(split({ lb_imb_ratio: 1, num_labels: 4000 }).labelled, { head: 400, ratio: 1 });
});

Deno.test("mapRun() reads every run parameter", () => {
  const { run } = effective(text("abc", {
    epoch: 10,
    num_train_iter: 5120,
    num_eval_iter: 512,
    num_log_iter: 100,
    batch_size: 32,
    uratio: 3,
    lr: 0.01,
    momentum: 0.8,
    weight_decay: 0.001,
    ema_m: 0.99,
    net: "wrn_28_8",
    seed: 7,
  }));
  const { params } = run;
  equal(run.seed, 7);
  equal(params.split_seed, 7);
  deepEqual([params.steps, params.batch, params.unlabelled_ratio], [5120, 32, 3]);
  deepEqual([params.learning_rate, params.momentum, params.weight_decay], [0.01, 0.8, 0.001]);
  deepEqual([params.ema, params.net, params.evaluate_every], [0.99, "wrn-28-8", 512]);
});

Deno.test("mapRun() takes USB's defaults for keys that a file does not have", () => {
  const { run, method } = effective(
    "num_labels: 500\nlb_imb_ratio: 100\nulb_num_labels: 400\ninclude_lb_to_ulb: False\n",
  );
  const { steps, batch, unlabelled_ratio, evaluate_every } = run.params;
  deepEqual([method, steps, batch, unlabelled_ratio, evaluate_every], ["fixmatch", 20, 8, 1, 10]);
  equal(run.seed, 1);
});

Deno.test("mapRun() gives warm-ups in epochs of a 256th of the run", () => {
  const halved = { epoch: 128, num_train_iter: 131072, darp_warmup_epochs: 100 };
  equal(effective(text("darp", halved)).methodParams["warm_up_epochs"], 200);
  const pretrain = { daso_num_pretrain_iter: 2048, daso_num_pl_dist_iter: 512 };
  const { methodParams } = effective(text("daso", pretrain));
  deepEqual([methodParams["pretrain_epochs"], methodParams["refresh_epochs"]], [2, 0.5]);
  const adello = effective(text("adello", { distill_start_iter: 1024 })).methodParams;
  equal(adello["distill_from_epoch"], 1);
  equal(effective(text("acr", { est_epoch: 9 })).methodParams["estimation_epochs"], 9);
});

Deno.test("mapRun() starts from the weights of pretrain_path where use_pretrain says so", () => {
  const weights = { pretrain_path: "weights/wrn.pth" };
  equal(
    effective(text("abc", { ...weights, use_pretrain: true })).run.params.pretrained,
    "weights/wrn.pth",
  );
  equal(effective(text("abc", { ...weights, use_pretrain: false })).run.params.pretrained, null);
});

Deno.test("mapRun() says what it rounds", () => {
  const { remarks } = runOf(text("darp", { epoch: 200, num_train_iter: 500000 }));
  match(remarks.join("\n"), /darp_warmup_epochs: 200 of 200 epochs is 255\.\d+ of 256, here 256/);
});

Deno.test("mapRun() takes the parameters of methods that USB has no names for", () => {
  const { methodParams } = effective(text("scssl", {
    scssl_tau_b: 1,
    scssl_tau_e: "None",
    scssl_c: 6,
    scssl_reweight: "none",
  }));
  const { tau_b, tau_e, c, reweight } = methodParams;
  deepEqual([tau_b, tau_e, c, reweight], [1, null, 6, "none"]);
  equal(effective(text("la_darp", { la_tau: 2 })).methodParams["la_tau"], 2);
  equal(effective(text("la_darp")).method, "fixmatch+la+darp");
});

Deno.test("mapRun() keeps a value as auto where auto means it", () => {
  const daso = (K: string, value: number) => {
    const column = K === "100" ? columns.find(({ dataset }) => dataset === "cifar100")! : first;
    const config = { ...values("fixmatch", "daso", { column }), daso_T_dist: value };
    return effective(configText(config)).methodParams["t_dist"];
  };
  deepEqual([daso("10", 1.5), daso("10", 0.3), daso("100", 0.3)], ["auto", 0.3, "auto"]);
  const hundred = columns.find(({ dataset }) => dataset === "cifar100")!;
  const cpe = { ...values("fixmatch", "cpe", { column: hundred }), cut1: 35, cut2: 70 };
  equal(effective(configText(cpe)).methodParams["cut_1"], "auto");
  // CPE's own default, for ten classes, holds for a hundred too.
  const plain = values("fixmatch", "cpe", { column: hundred });
  equal(effective(configText(plain)).methodParams["cut_1"], 2);
});

Deno.test("mapRun() lists every key of a file as mapped or without effect, and has none left over", () => {
  for (const imbalance of Object.keys(plugIns)) {
    for (const column of columns) {
      const run = runOf(configText(values("fixmatch", imbalance, { column })));
      const idle = run.noEffect.map(({ key }) => key);
      equal(new Set(idle).size, idle.length);
      for (const key of ["world_size", "dist_url", "gpu", "amp", "resume", "clip", "use_wandb"]) {
        equal(idle.includes(key), true, `${imbalance}: ${key}`);
      }
      for (const key of ["num_labels", "lr", "seed", "batch_size", "save_name"]) {
        equal(idle.includes(key), false, `${imbalance}: ${key}`);
      }
    }
  }
});

Deno.test("mapRun() lists another method's keys as without effect", () => {
  const { noEffect } = runOf(text("abc", { daso_queue_len: 5 }));
  deepEqual(noEffect.find(({ key }) => key === "daso_queue_len"), {
    key: "daso_queue_len",
    why: "method",
  });
});

const mistakes: Readonly<Record<string, readonly [Parameters<typeof configText>[0], RegExp]>> = {
  "an unknown key": [
    { num_lables: 500 },
    /config\.yaml:\d+:1 Unknown key "num_lables": did you mean "num_labels"\?/,
  ],
  "an unknown key of the method": [
    { abc_los_ratio: 1 },
    /Unknown key "abc_los_ratio": did you mean "abc_loss_ratio"\?/,
  ],
  "a wrong type": [{ lr: "fast" }, /config\.yaml:\d+:5 Expected a number for "lr", found "fast"/],
  "half a step": [{ batch_size: "6.5" }, /Expected a whole number for "batch_size", found 6\.5/],
  "an unknown algorithm": [
    { algorithm: "fixmach" },
    /config\.yaml:1:12 Unknown algorithm "fixmach": did you mean "fixmatch"\?/,
  ],
  "an unknown imbalance algorithm": [
    { imb_algorithm: "dasso" },
    /Unknown imb_algorithm "dasso": did you mean "daso"\?/,
  ],
  "an unknown data set": [
    { dataset: "cifra10" },
    /Unknown data set "cifra10": did you mean "cifar10"\? .*--data cifra10=<folder>/,
  ],
  "a wrong number of classes": [
    { num_classes: 11 },
    /Expected 10 for "num_classes" of cifar10, found 11/,
  ],
  "a sum that the classes do not divide": [
    { ulb_imb_ratio: 1, ulb_num_labels: 3001 },
    /"ulb_num_labels" is a sum over 10 classes .*3001/,
  ],
  "steps that the epochs do not divide": [
    { epoch: 100 },
    /"num_train_iter" must be a multiple of "epoch": 262144 is none of 100/,
  ],
  "no learning rate": [{ lr: 0 }, /Expected more than 0 for "lr", found 0/],
  "weights that are not named": [
    { use_pretrain: true },
    /config\.yaml:\d+:15 "use_pretrain: True" needs a file/,
  ],
  "a log outside its folder": [{ save_name: "../there" }, /one folder for "save_name"/],
};

for (const [name, [changes, message]] of Object.entries(mistakes)) {
  Deno.test(`mapRun() throws a UserError for ${name}`, async () => {
    match(await userError(() => runOf(text("abc", changes))), message);
  });
}

const refusals: Readonly<Record<string, readonly [Parameters<typeof configText>[0], RegExp]>> = {
  "another optimiser": [
    { optim: "Adam" },
    /config\.yaml:\d+:8 "optim" can only be SGD here .*Adam/,
  ],
  "soft labels": [{ hard_label: false }, /"hard_label" can only be True here .*found False/],
  "another net": [{ net: "resnet18" }, /:\d+:6 This version has no net "resnet18": expected wrn_/],
  "class-wise BatchNorm without CPE": [{ net: "wrn_28_2_cbn" }, /imb_algorithm cpe only/],
  "a data set that is not there": [
    { dataset: "svhn" },
    /cannot read the data set "svhn"; .*--data/,
  ],
  "images of another size": [{ img_size: 96 }, /cifar10 is trained at 32 pixels here, not at 96/],
  "most labels at the end": [{ lb_imb_ratio: -100 }, /"lb_imb_ratio" must be at least 1 here/],
  "everything unlabelled of CIFAR": [{ ulb_num_labels: "None", ulb_imb_ratio: 1 }, /for stl10/],
  "two cutoffs": [{ abc_p_cutoff: 0.9 }, /"abc_p_cutoff" and "p_cutoff" are one .*0\.95.*0\.9/],
  "clipped gradients": [{ clip_grad: 1 }, /"clip_grad" can only be 0 here/],
};

for (const [name, [changes, message]] of Object.entries(refusals)) {
  Deno.test(`mapRun() refuses ${name}, with its place`, () => {
    match(refusalsOf(text("abc", changes)).join("\n"), message);
  });
}

Deno.test("mapRun() puts labelled images among the unlabelled ones for include_lb_to_ulb, which USB takes as True", () => {
  const both = { shape: "consistent", head: 3000, ratio: 100, with_labelled: true };
  deepEqual(effective(text("adello", { include_lb_to_ulb: true })).split.unlabelled, both);
  const without = (config: string) => config.replace(/^include_lb_to_ulb.*\n/m, "");
  deepEqual(effective(without(text("abc"))).split.unlabelled, both);
  const of = (dataset: string, algorithm: string) => {
    const column = columns.find((each) => each.dataset === dataset)!;
    const config = { ...values(algorithm, null, { column }), include_lb_to_ulb: true };
    return runOf(configText({ ...config, net: "wrn_28_2", img_size: 32 })).data.setting.unlabelled;
  };
  deepEqual(of("stl10", "fixmatch"), { shape: "all", with_labelled: true });
  deepEqual(of("imagenet127", "fixmatch"), { shape: "all" });
  // Without unlabelled images it means nothing.
  deepEqual(of("cifar10", "supervised"), { shape: "consistent", head: 3000, ratio: 100 });
});

Deno.test("mapRun() starts ADELLO's distillation at once where distill_start_iter is None, as by its default", () => {
  const from = (config: string) => effective(config).methodParams["distill_from_epoch"];
  equal(from(text("adello", { distill_start_iter: "None" })), 0);
  equal(from(text("adello").replace(/^distill_start_iter.*\n/m, "")), 0);
  equal(from(text("adello")), 48.828125);
});

Deno.test("mapRun() leaves the warm-up of the learning rate to plain algorithms", () => {
  equal(runOf(text("abc", { num_warmup_iter: 100 })).method.value, "fixmatch+abc");
  match(refusalsOf(text(null, { num_warmup_iter: 100 }))[0]!, /"num_warmup_iter" can only be 0/);
});
