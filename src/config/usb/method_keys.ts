/**
 * Keys of single algorithms, by USB's name of them: those that become parameters of a method here, and the names alone of
 * algorithms that this table knows no parameters of. Defaults are those of USB's, CPE's and ADELLO's `get_argument`.
 */
import type { Scalar } from "../located.ts";
import { fixed, mapped, type UsbKey } from "./keys.ts";

/** In what a key counts time; here it is epochs of a 256th of the run. */
export type TimeUnit = "epochs" | "iterations";

/** How a key's value becomes a parameter. */
export interface ParameterKey {
  readonly key: UsbKey;
  /** Parameter of the method; absent for a key that only is checked. */
  readonly param?: string;
  readonly time?: TimeUnit;
  /** The parameter's value for `None`. */
  readonly none?: Scalar;
  /** A value that the parameter's default stands for: it depends on the number of classes. */
  automatic?(classes: number): Scalar;
  /** Another key that must have the same value: the method has one parameter for both. */
  readonly same?: string;
}

const param = (
  key: UsbKey,
  name: string,
  rest: Omit<ParameterKey, "key" | "param"> = {},
): ParameterKey => ({ key: { ...key, to: `\`${name}\`` } as UsbKey, param: name, ...rest });

const number = (otherwise: number) => mapped("number", otherwise, "");
const integer = (otherwise: number) => mapped("integer", otherwise, "");
const check = (key: UsbKey): ParameterKey => ({ key });
const unread = (type: UsbKey["type"], otherwise: Scalar): ParameterKey => ({
  key: { type, otherwise, optional: true, use: "none", why: "unread" },
});

const fixmatch: Readonly<Record<string, ParameterKey>> = {
  p_cutoff: param(number(0.95), "p_cutoff"),
  hard_label: check(fixed("boolean", true, "FixMatch's pseudo-labels are hard here")),
  T: {
    key: { type: "number", otherwise: 0.5, use: "none", why: "speed" },
  },
};

/** Keys of base algorithms. */
export const baseKeys: Readonly<Record<string, Readonly<Record<string, ParameterKey>>>> = {
  supervised: {},
  fixmatch,
};

/** Keys of imbalance algorithms, by the plug-in's name here. */
export const plugInKeys: Readonly<Record<string, Readonly<Record<string, ParameterKey>>>> = {
  abc: {
    abc_loss_ratio: param(number(1), "abc_weight"),
    abc_p_cutoff: {
      key: mapped("number", 0.95, "as `p_cutoff`, which both heads use here"),
      same: "p_cutoff",
    },
  },
  darp: {
    darp_warmup_epochs: param(integer(200), "warm_up_epochs", { time: "epochs" }),
    darp_alpha: param(number(2), "darp_alpha"),
    darp_num_refine_iter: param(integer(10), "refine_every"),
    darp_iter_T: param(integer(10), "rounds"),
  },
  crest: {
    crest_num_gens: param(integer(6), "generations"),
    crest_alpha: param(number(3), "crest_alpha"),
    crest_pro_dist_align: check({
      ...fixed("boolean", false, "CReST+ is not in this version"),
      otherwise: true,
    }),
    crest_dist_align_t: { key: { type: "number", otherwise: 0.5, use: "none", why: "method" } },
  },
  daso: {
    daso_queue_len: param(integer(256), "queue_length"),
    daso_T_proto: param(number(0.05), "t_proto"),
    daso_T_dist: param(number(1.5), "t_dist", {
      automatic: (classes) => classes <= 10 ? 1.5 : 0.3,
    }),
    daso_assign_loss_ratio: param(number(1), "align_weight"),
    daso_num_pl_dist_iter: param(integer(100), "refresh_epochs", { time: "iterations" }),
    daso_num_pretrain_iter: param(integer(5120), "pretrain_epochs", { time: "iterations" }),
    daso_with_dist_aware: check(fixed("boolean", true, "labels are blended by class")),
    daso_interp_alpha: {
      key: { type: "number", otherwise: 0.5, use: "none", why: "speed" },
    },
  },
  acr: {
    tau1: param(number(2), "acr_tau"),
    tau12: { key: mapped("number", 2, "as `tau1`"), same: "tau1" },
    tau2: { key: mapped("number", 2, "as `tau1`"), same: "tau1" },
    est_epoch: param(integer(5), "estimation_epochs", { time: "epochs" }),
    ema_u: param(number(0.9), "acr_ema"),
    acr_p_cutoff: unread("number", null),
    acr_loss_ratio: unread("number", null),
  },
  cpe: {
    la_tau_lb1: param(number(0), "tau_1"),
    la_tau_lb2: param(number(2), "tau_2"),
    la_tau_lb3: param(number(4), "tau_3"),
    cut1: param(integer(2), "cut_1", { automatic: automaticCut(2, 35) }),
    cut2: param(integer(4), "cut_2", { automatic: automaticCut(4, 70) }),
    // They only feed the statistics that CPE logs.
    est_epoch: { key: { type: "integer", otherwise: 0, use: "none", why: "speed" } },
    ema_u: { key: { type: "number", otherwise: 0.9, use: "none", why: "speed" } },
    beta: unread("number", null),
    beta_sup: unread("number", null),
    beta_unsup: unread("number", null),
  },
  adello: {
    adello_alpha_min: param(number(0.1), "alpha_min"),
    adello_k: param(number(2), "alpha_power"),
    adello_ema_p: param(number(0.999), "prior_ema"),
    adello_alpha_from_epoch: check(fixed("boolean", false, "α follows the steps")),
    adello_mode: check(fixed("text", "adello", "no other form is here")),
    distill_start_iter: param(
      { ...mapped("integer", null, ""), optional: true },
      "distill_from_epoch",
      {
        time: "iterations",
        none: 0,
      },
    ),
    lambda_distill: param(number(1), "distill_weight"),
    distill_complement: check(fixed("boolean", true, "ADELLO distils the other rows")),
    imbalance_distill_with_warmup: check(fixed("boolean", true, "as in ADELLO's files")),
    distill_all: check(fixed("boolean", false, "ADELLO distils the other rows")),
    distill_T: check(fixed("number", null, "the temperature is 1")),
    eval_pl_accuracy: { key: { type: "boolean", otherwise: false, use: "none", why: "speed" } },
  },
};

function automaticCut(ten: number, hundred: number): (classes: number) => Scalar {
  return (classes) => classes === 10 ? ten : classes === 100 ? hundred : null;
}

/** Names of keys whose algorithms have no entry above: known, so that they are not taken for mistakes. */
export const otherKeys: Readonly<Record<string, readonly string[]>> = {
  remixmatch: [
    "mixup_alpha",
    "mixup_manifold",
    "kl_loss_ratio",
    "rot_loss_ratio",
    "unsup_warm_up",
    "dist_align_target",
  ],
  cossl: [
    "cossl_max_lam",
    "cossl_tfe_augment",
    "cossl_tfe_u_ratio",
    "cossl_warm_epoch",
    "cossl_tfe_warm_epoch",
    "cossl_tfe_warm_lr",
    "cossl_tfe_warm_ema_decay",
    "cossl_tfe_warm_wd",
    "cossl_tfe_warm_bs",
  ],
  adsh: ["adsh_tau_1"],
  debiaspl: ["debiaspl_tau", "debiaspl_ema_p"],
  tras: ["tras_warmup_epochs", "tras_A", "tras_B", "tras_tro"],
  simis: ["simis_la"],
  saw: [],
  flexmatch: ["thresh_warmup"],
  comatch: [
    "contrast_p_cutoff",
    "contrast_loss_ratio",
    "proj_size",
    "queue_batch",
    "smoothing_alpha",
    "da_len",
  ],
  simmatch: ["K", "in_loss_ratio"],
  softmatch: ["dist_align", "dist_uniform", "ema_p", "n_sigma", "per_class"],
  freematch: ["ent_loss_ratio", "use_quantile", "clip_thresh"],
  dash: ["gamma", "C", "rho_min", "num_wu_iter", "num_wu_eval_iter"],
  uda: ["tsa_schedule"],
  vat: ["vat_eps", "vat_embed"],
};

/** Base algorithms of USB that have no entry in `baseKeys`. */
export const otherAlgorithms: readonly string[] = [
  "adamatch",
  "comatch",
  "crmatch",
  "dash",
  "defixmatch",
  "flexmatch",
  "freematch",
  "fullysupervised",
  "meanteacher",
  "mixmatch",
  "multimatch",
  "pimodel",
  "pseudolabel",
  "refixmatch",
  "remixmatch",
  "sequencematch",
  "simmatch",
  "softmatch",
  "uda",
  "vat",
];

/** Imbalance algorithms of USB and its forks that have no entry in `plugInKeys`. */
export const otherPlugIns: readonly string[] = [
  "adsh",
  "cossl",
  "crestplus",
  "debiaspl",
  "laparetores",
  "rda",
  "saw",
  "simis",
  "tras",
  "udal",
];
