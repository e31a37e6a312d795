/** Config files in the layout of USB's `config/classic_cv_imb`, written by us. */
import { formatMethod, loadSweep } from "../../../src/config/mod.ts";
import { parseUsbConfig } from "../../../src/config/usb/read_config.ts";
import { mapRun, type UsbRun } from "../../../src/config/usb/mod.ts";
import { capabilities } from "../../../src/sweep/capabilities.ts";
import { configs } from "../sweep_files.ts";

export { formatMethod };

/** The project's `paper.yaml`. */
export const paper = loadSweep("paper.yaml", { cwd: configs });

type Values = Readonly<Record<string, string | number | boolean>>;

const common: Values = {
  save_dir: "./saved_models/classic_cv_imb",
  resume: true,
  overwrite: true,
  use_tensorboard: true,
  use_wandb: false,
  epoch: 256,
  num_train_iter: 262144,
  num_eval_iter: 1024,
  num_log_iter: 256,
  batch_size: 64,
  eval_batch_size: 256,
  ema_m: 0.999,
  crop_ratio: 0.875,
  optim: "SGD",
  lr: 0.03,
  momentum: 0.9,
  weight_decay: 0.0005,
  layer_decay: 1.0,
  amp: false,
  clip: "0.0",
  use_cat: true,
  net_from_name: false,
  data_dir: "./data",
  train_sampler: "RandomSampler",
  num_workers: 1,
  world_size: 1,
  rank: 0,
  multiprocessing_distributed: true,
  dist_url: "tcp://127.0.0.1:10197",
  dist_backend: "nccl",
  gpu: "None",
  include_lb_to_ulb: false,
};

/** Keys of a base algorithm. */
const bases: Readonly<Record<string, Values>> = {
  supervised: {},
  fixmatch: { hard_label: true, T: 0.5, p_cutoff: 0.95, ulb_loss_ratio: 1.0, uratio: 2 },
  remixmatch: {
    mixup_alpha: 0.75,
    T: 0.5,
    kl_loss_ratio: 0.5,
    ulb_loss_ratio: 1.5,
    rot_loss_ratio: 0.5,
    unsup_warm_up: 0.015625,
    dist_align_target: "uniform",
    uratio: 1,
  },
};

/** Keys of an imbalance algorithm. */
export const plugIns: Readonly<Record<string, Values>> = {
  abc: { abc_p_cutoff: 0.95, abc_loss_ratio: 1.0 },
  adsh: { adsh_tau_1: 0.95 },
  cossl: {
    cossl_max_lam: 0.6,
    cossl_tfe_augment: "strong",
    cossl_tfe_u_ratio: 1,
    cossl_warm_epoch: 200,
    cossl_tfe_warm_epoch: 10,
    cossl_tfe_warm_lr: 0.02,
    cossl_tfe_warm_ema_decay: 0.999,
    cossl_tfe_warm_wd: 0.0005,
    cossl_tfe_warm_bs: 64,
  },
  crest: {
    epoch: 128,
    num_train_iter: 65536,
    crest_num_gens: 6,
    crest_pro_dist_align: false,
    crest_alpha: 3,
  },
  "crest+": {
    epoch: 128,
    num_train_iter: 65536,
    crest_num_gens: 6,
    crest_pro_dist_align: true,
    crest_alpha: 3,
    crest_dist_align_t: 0.5,
  },
  darp: { darp_warmup_epochs: 200, darp_alpha: 2.0, darp_num_refine_iter: 10, darp_iter_T: 10 },
  daso: {
    daso_queue_len: 256,
    daso_T_proto: 0.05,
    daso_interp_alpha: 0.5,
    daso_with_dist_aware: true,
    daso_assign_loss_ratio: 1.0,
    daso_num_pl_dist_iter: 100,
    daso_num_pretrain_iter: 5120,
    daso_T_dist: 1.5,
  },
  debiaspl: { debiaspl_tau: 0.4, debiaspl_ema_p: 0.999 },
  saw: {},
  simis: { simis_la: true },
  // CPE's fork
  acr: {
    acr_p_cutoff: 0.95,
    acr_loss_ratio: 1.0,
    tau1: 2,
    tau12: 2,
    tau2: 2,
    est_epoch: 5,
    ema_u: 0.9,
  },
  cpe: { net: "wrn_28_2_cbn", la_tau_lb1: 0.0, la_tau_lb2: 2.0, la_tau_lb3: 4.0 },
  // ADELLO's fork
  adello: {
    algorithm: "fixmatch_distill",
    adello_alpha_min: 0.1,
    adello_k: 2.0,
    adello_alpha_from_epoch: false,
    distill_complement: true,
    imbalance_distill_with_warmup: true,
    distill_start_iter: 50000,
  },
  scssl: {},
};

/** A column of USB's tables: what its files say of the images. */
export interface UsbColumn {
  readonly dataset: string;
  readonly labelled: number;
  readonly ratio: number;
  readonly unlabelled: number | "None";
  readonly unlabelledRatio: number | string;
}

const c10 = (labelled: number, ratio: number, unlabelled: number, unlabelledRatio: number) => ({
  dataset: "cifar10",
  labelled,
  ratio,
  unlabelled,
  unlabelledRatio,
});

const c100 = (ratio: number, unlabelledRatio: number) => ({
  dataset: "cifar100",
  labelled: 150,
  ratio,
  unlabelled: 300,
  unlabelledRatio,
});

const all = (dataset: string, labelled: number, ratio: number, unlabelledRatio: string) => ({
  dataset,
  labelled,
  ratio,
  unlabelled: "None" as const,
  unlabelledRatio,
});

/** All columns of USB's `classic_cv_imb`. */
export const columns: readonly UsbColumn[] = [
  c10(1500, 100, 3000, 100),
  c10(1500, 100, 3000, -100),
  c10(1500, 150, 3000, 150),
  c10(500, 100, 4000, 100),
  c10(500, 100, 4000, -100),
  c10(500, 150, 4000, 150),
  c100(10, 10),
  c100(10, -10),
  c100(15, 15),
  all("stl10", 150, 10, "1.0"),
  all("stl10", 150, 20, "1.0"),
  all("imagenet127", 128101, 286, "286"),
  all("imagenet127", 12810, 286, "286"),
];

export const first = columns[0]!;

/** The values of one file. */
export function values(
  algorithm: string,
  imbalance: string | null,
  { column = first, seed = 0 }: { readonly column?: UsbColumn; readonly seed?: number } = {},
): Values {
  const { dataset, labelled, ratio, unlabelled, unlabelledRatio } = column;
  const imagenet = dataset === "imagenet127";
  const method = imbalance === null ? algorithm : `${algorithm}_${imbalance}`;
  const name =
    `${method}_${dataset}_lb${labelled}_${ratio}_ulb${unlabelled}_${unlabelledRatio}_${seed}`;
  return {
    algorithm,
    save_name: name,
    load_path: `./saved_models/classic_cv_imb/${name}/latest_model.pth`,
    ...common,
    ...(imagenet
      ? { epoch: 200, num_train_iter: 500000, num_eval_iter: 2500, batch_size: 256 }
      : {}),
    dataset,
    num_classes: ({ cifar100: 100, imagenet127: 127 } as Record<string, number>)[dataset] ?? 10,
    img_size: imagenet ? 112 : 32,
    net: imagenet ? "resnet50" : "wrn_28_2",
    num_labels: labelled,
    lb_imb_ratio: ratio,
    ulb_num_labels: unlabelled,
    ulb_imb_ratio: unlabelledRatio,
    seed,
    ...bases[algorithm],
    ...(imbalance === null ? {} : { imb_algorithm: imbalance, ...plugIns[imbalance] }),
  };
}

/** Values as the text of a file, with Python's True and False. */
export function configText(of: Values): string {
  const text = (value: string | number | boolean) =>
    typeof value === "boolean" ? (value ? "True" : "False") : String(value);
  return Object.entries(of).map(([key, value]) => `${key}: ${text(value)}\n`).join("");
}

/** The run of a file; fails if the file is refused. */
export function runOf(text: string, name = "config.yaml"): UsbRun {
  const mapped = mapRun(parseUsbConfig(text, name), { capabilities: capabilities() });
  if ("run" in mapped) return mapped.run;
  throw new Error(mapped.refusals.map(({ text }) => text).join("\n"));
}

/** What a file is refused for, a line each. */
export function refusalsOf(text: string, name = "config.yaml"): string[] {
  const mapped = mapRun(parseUsbConfig(text, name), { capabilities: capabilities() });
  if ("run" in mapped) throw new Error("expected a refusal");
  return mapped.refusals.map(({ at, text }) => `${at.file}:${at.line}:${at.column} ${text}`);
}
