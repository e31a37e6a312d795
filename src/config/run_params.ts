import { z } from "zod";

/** A WRN whose depth is 6n + 4, as USB defines it, or ImageNet-127's small ResNet, perhaps narrower. A plain ResNet can be named, not run. */
const netPattern = /^(?:wrn-\d+-\d+|resnet-\d+(?:-small(?:-w\d+)?)?)$/;

const count = z.int().min(1);

/** The parameters of one training run and of what is read from it; snake case as in the files. */
export const runFields = {
  steps: count.describe("training steps; one epoch is steps / 256, whatever the number"),
  net: z.string().regex(netPattern).describe(
    "wrn-<depth>-<width>, resnet-50-small or, narrower, resnet-50-small-w<channels>",
  ),
  pretrained: z.string().min(1).nullable().describe(
    "starting weights, .pth or .safetensors, relative to the sweep file; file.pth#ema_model names an entry of a checkpoint",
  ),
  batch: count.describe("labelled images a step"),
  unlabelled_ratio: count.describe("unlabelled images a step, as a multiple of batch"),
  learning_rate: z.number().positive(),
  schedule: z.enum(["fixed", "usb"]).describe("usb: cosine for supervised and plain FixMatch"),
  momentum: z.number().min(0).lt(1).describe("of SGD, nesterov"),
  weight_decay: z.number().min(0),
  ema: z.number().min(0).lt(1).describe("decay of the averaged weights, per step"),
  bn_momentum: z.number().gt(0).max(1).describe(
    "running statistics take this share of each batch (PyTorch's convention); ResNets have their own, 0.1",
  ),
  evaluate_every: count.describe("steps between evaluations"),
  checkpoint_every: count.describe("steps between checkpoints; changes no number"),
  weak: z.string().regex(/^[a-z]+(\([a-z0-9.,]+\))?(\|[a-z]+(\([a-z0-9.,]+\))?)*$/)
    .describe('weak view: "crop|flip", or "crop(zero)|flip" with a black border'),
  strong: z.enum(["randaugment", "simple"]).describe("strong view"),
  precision: z.enum(["f32", "tf32", "bf16"]),
  split_seed: z.union([z.int().min(0).max(2 ** 32 - 1), z.literal("seed")]).describe(
    'a number, or "seed": the run\'s seed',
  ),
  pick: z.enum(["best", "last", "mean-last-20", "median-last-20"])
    .describe("which evaluation is reported; best is selected on the test set"),
  calibration: z.enum(["default", "none", "remove-bias", "blank-image", "logit-adjustment"])
    .describe("post-hoc rule; default: the one that the method names"),
};

const complete = z.strictObject(runFields);

/** A layer of run parameters: any of them, no defaults. */
export const runLayer = complete.partial();

export type RunLayer = z.infer<typeof runLayer>;

/** Effective run parameters before a seed is chosen. */
export type SweepRunParams = Readonly<z.infer<typeof complete>>;

/** Effective parameters of one run. */
export type RunParams = Readonly<
  Omit<SweepRunParams, "split_seed"> & { readonly split_seed: number }
>;

/** The paper's values, and this project's where the paper leaves a point open. Every layer lies on top of these. */
export const paperRun: SweepRunParams = {
  steps: 262_144,
  net: "wrn-28-2",
  pretrained: null,
  batch: 64,
  unlabelled_ratio: 2,
  learning_rate: 0.03,
  schedule: "fixed",
  momentum: 0.9,
  weight_decay: 5e-4,
  ema: 0.999,
  bn_momentum: 0.001,
  evaluate_every: 1024,
  checkpoint_every: 1024,
  weak: "crop|flip",
  strong: "randaugment",
  precision: "f32",
  split_seed: "seed",
  pick: "best",
  calibration: "default",
};
