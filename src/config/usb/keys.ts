/** The keys of USB's config files that every algorithm has: what each means here. Those of single methods: method_keys.ts. */
import type { Scalar } from "../located.ts";

/** Why a key changes nothing here. */
export const noEffectReasons = {
  place: "results lie in --store, data in --data, and an interrupted run always goes on",
  processes: "one machine and one program; see --device, --jobs and --threads",
  loggers: "there is no such logger; the log goes to stdout and to a file",
  precision: "numbers are 32-bit floats, always",
  speed: "changes no number",
  "other data": "for texts and sounds only",
  unread: "no code of USB reads it",
  derived: "follows from other keys; only in the log's list of arguments",
  method: "belongs to another method than the one that is run, or to one that this version lacks",
} as const;

export type NoEffectReason = keyof typeof noEffectReasons;

interface Typed {
  readonly type: "integer" | "number" | "boolean" | "text";
  /** USB's value where a file does not have the key; absent: none. */
  readonly otherwise?: Scalar;
  /** `None` is allowed. */
  readonly optional?: true;
}

/** What becomes of a key. */
export type UsbKey =
  & Typed
  & (
    | { readonly use: "mapped"; readonly to: string }
    /** Honoured only with this value. */
    | { readonly use: "fixed"; readonly value: Scalar; readonly because: string }
    | { readonly use: "none"; readonly why: NoEffectReason }
  );

export const mapped = (type: UsbKey["type"], otherwise: Scalar, to: string): UsbKey => ({
  type,
  otherwise,
  use: "mapped",
  to,
});

/** A key whose only value here is USB's own default. */
export const fixed = (type: UsbKey["type"], value: Scalar, because: string): UsbKey => ({
  type,
  otherwise: value,
  use: "fixed",
  value,
  because,
  ...(value === null ? { optional: true } : {}),
});

const none = (type: UsbKey["type"], otherwise: Scalar, why: NoEffectReason): UsbKey => ({
  type,
  otherwise,
  optional: true,
  use: "none",
  why,
});

/** Keys of every config file, with the defaults of USB's train.py. */
export const commonKeys: Readonly<Record<string, UsbKey>> = {
  algorithm: mapped("text", "fixmatch", "method: the base"),
  imb_algorithm: { ...mapped("text", null, "method: its plug-ins"), optional: true },
  dataset: mapped("text", "cifar10", "setting: data set"),
  num_classes: mapped("integer", 10, "checked against the data set"),
  img_size: mapped("integer", 32, "checked against the data set; picks ImageNet-127's size"),
  num_labels: mapped(
    "integer",
    400,
    "setting: labelled head, or with ratio 1 the sum over the classes",
  ),
  lb_imb_ratio: mapped("number", 1, "setting: labelled ratio"),
  ulb_num_labels: {
    ...mapped("integer", null, "setting: unlabelled head, or with ratio 1 the sum; None is all"),
    optional: true,
  },
  ulb_imb_ratio: mapped("number", 1, "setting: unlabelled ratio; 1 is uniform, negative inverse"),
  include_lb_to_ulb: mapped(
    "boolean",
    true,
    "setting: `with_labelled`, the labelled images in front of the unlabelled ones, too; ImageNet-127 always has them there",
  ),
  seed: mapped("integer", 1, "seed, of the split too"),
  num_train_iter: mapped("integer", 20, "`steps`; with CReST those of one generation"),
  epoch: mapped("integer", 1, "length of the epochs in which warm-ups are given"),
  num_eval_iter: mapped("integer", 10, "`evaluate_every`, `checkpoint_every`"),
  num_log_iter: mapped("integer", 5, "steps between lines of the log"),
  batch_size: mapped("integer", 8, "`batch`"),
  uratio: mapped("integer", 1, "`unlabelled_ratio`"),
  ulb_loss_ratio: mapped("number", 1, "FixMatch's `lambda_u`"),
  lr: mapped("number", 0.03, "`learning_rate`"),
  momentum: mapped("number", 0.9, "`momentum`"),
  weight_decay: mapped("number", 5e-4, "`weight_decay`"),
  ema_m: mapped("number", 0.999, "`ema`"),
  net: mapped("text", "wrn_28_2", "`net`"),
  use_pretrain: mapped("boolean", false, "whether `pretrain_path` counts"),
  pretrain_path: { ...mapped("text", "", "`pretrained`"), optional: true },
  save_name: mapped("text", "fixmatch", "folder of the log under --reports"),

  optim: fixed("text", "SGD", "the only optimiser here"),
  layer_decay: fixed("number", 1, "one learning rate for all layers"),
  clip_grad: fixed("number", 0, "gradients are not clipped"),
  num_warmup_iter: fixed(
    "integer",
    0,
    "no warm-up of the learning rate; no effect beside imb_algorithm, whose rate is constant",
  ),
  use_cat: fixed("boolean", true, "one forward pass for all images of a step"),
  net_from_name: fixed("boolean", false, "no torchvision or timm nets"),
  train_sampler: fixed("text", "RandomSampler", "the only sampler here"),
  crop_ratio: fixed("number", 0.875, "crops are padded by 4 of 32 pixels"),
  loss_type: fixed("text", "ce", "CPE's other losses are not here"),
  specify_ulb_num: fixed("text", null, "counts of single classes cannot be given"),

  save_dir: none("text", "./saved_models", "place"),
  data_dir: none("text", "./data", "place"),
  resume: none("boolean", false, "place"),
  load_path: none("text", null, "place"),
  overwrite: none("boolean", true, "place"),
  c: none("text", "", "place"),
  use_tensorboard: none("boolean", false, "loggers"),
  use_wandb: none("boolean", false, "loggers"),
  use_aim: none("boolean", false, "loggers"),
  eval_batch_size: none("integer", 16, "speed"),
  num_workers: none("integer", 1, "processes"),
  world_size: none("integer", 1, "processes"),
  rank: none("integer", 0, "processes"),
  dist_url: none("text", "tcp://127.0.0.1:11111", "processes"),
  dist_backend: none("text", "nccl", "processes"),
  multiprocessing_distributed: none("boolean", false, "processes"),
  gpu: none("integer", null, "processes"),
  amp: none("boolean", false, "precision"),
  use_amp: none("boolean", false, "precision"),
  max_length: none("integer", 512, "other data"),
  max_length_seconds: none("number", 4, "other data"),
  sample_rate: none("integer", 16000, "other data"),
  clip: none("number", null, "unread"),
  distributed: none("boolean", null, "derived"),
  lb_dest_len: none("integer", null, "derived"),
  ulb_dest_len: none("integer", null, "derived"),
};

/** Keys that USB's train.py has no default for: in a list of arguments only if the file has them. */
export const withoutDefault: ReadonlySet<string> = new Set([
  "clip",
  "distributed",
  "lb_dest_len",
  "ulb_dest_len",
  "use_amp",
  "specify_ulb_num",
  "loss_type",
]);
