import type * as tf from "@tensorflow/tfjs";
import type { HostArray } from "../tensor/engine.ts";

/** What a method knows about the data before training. */
export interface MethodContext {
  /** K. */
  readonly classes: number;
  /** Labelled images of each class, [K]. */
  readonly labelledCounts: readonly number[];
  /** γ_l that these counts were asked for with, which rounding keeps them from; without it theirs is meant. */
  readonly labelledRatio?: number;
  /** True unlabelled images of each class, [K], where known: oracle information. */
  readonly unlabelledCounts?: readonly number[];
  /** Of the tensors that a method keeps; without it a WRN-28-2 and batches of 64 and 128 images are meant. */
  readonly sizes?: MethodSizes;
}

/** What the shapes of a method's own tensors depend on. */
export interface MethodSizes {
  /** Q, of the pooled feature. */
  readonly features: number;
  /** μB. */
  readonly unlabelledBatch: number;
}

/** Sizes where a context says none. */
export const USUAL_SIZES: MethodSizes = { features: 128, unlabelledBatch: 128 };

/**
 * A way to turn a head into predictions: its logits, those without the head's bias, or those minus the head's logits of
 * a blank image.
 */
export interface Output {
  readonly name: string;
  readonly head: string;
  readonly rule: "none" | "remove-bias" | "blank-image";
}

/** A float32 tensor that a method adds to the step's program. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly initial: Float32Array;
}

/** A program input `step.<name>` that the host gives anew at every step: draws, switches, targets of the batch. */
export interface StepInput {
  /** Of which rows there is one entry each, in front of `shape`; none: the shape is `shape`. */
  readonly rows?: "labelled" | "unlabelled";
  readonly shape: readonly number[];
}

/** What a method asks of the forward pass beside the heads' logits. Nothing by default. */
export interface Needs {
  /** Features of the three kinds of rows. */
  readonly features?: boolean;
  /** Features of the labelled rows by the averaged parameters, with the batch's own statistics, without gradient. */
  readonly averagedFeatures?: boolean;
  /** Logits of a blank image: all ones after normalisation, alone in its batch, without gradient. */
  readonly blank?: boolean;
  /** A network with class-wise BatchNorm (nets/classwise_norm.ts) and the strong rows' logits of its branches. */
  readonly branches?: boolean;
}

/** [rows,n] for the three kinds of rows; weak ones carry no gradient. */
export interface ViewRows {
  readonly labelled: tf.Tensor2D;
  readonly weak?: tf.Tensor2D;
  readonly strong?: tf.Tensor2D;
}

/** Logits of one head. */
export interface HeadLogits extends ViewRows {
  /** With class-wise BatchNorm: of the strong rows by each branch; `strong` is their mean. */
  readonly branches?: Readonly<Record<Branch, tf.Tensor2D>>;
}

/** The branches of class-wise BatchNorm: meant for all, for medium and tail, for tail classes. */
export type Branch = "H" | "M" | "T";

/** Targets of the base algorithm's consistency term, from the weak views; without gradient. */
export interface ConsistencyTargets {
  /** [n,K]; a hard label is its argmax. */
  readonly probabilities: tf.Tensor2D;
  /** [n], 1 where the row counts. */
  readonly mask: tf.Tensor1D;
  /** Loss of each row from the strong logits and the probabilities: [n,K], [n,K] → [n]. */
  rowLosses(strong: tf.Tensor2D, probabilities: tf.Tensor2D): tf.Tensor1D;
}

/** Where a plug-in changes the base algorithm's losses on the base head. Each part is optional. */
export interface LossHooks {
  /** Labelled logits before their cross entropy. */
  labelled?(logits: tf.Tensor2D): tf.Tensor2D;
  /** Strong logits before the consistency term. */
  strong?(logits: tf.Tensor2D): tf.Tensor2D;
  /** Pseudo-probabilities, mask and row loss. */
  targets?(targets: ConsistencyTargets): ConsistencyTargets;
  /** Factor on the supervised term, []. */
  readonly supervisedScale?: tf.Scalar;
}

/** What the losses are computed from, inside the program. */
export interface LossInputs {
  /** By head; the network's own is `base`. */
  readonly logits: Readonly<Record<string, HeadLogits>>;
  /** int32 [B]. */
  readonly labels: tf.Tensor1D;
  readonly controls: Readonly<Record<string, tf.Tensor>>;
  readonly state: Readonly<Record<string, tf.Tensor>>;
  /** The method's step inputs; absent if it has none. */
  readonly step?: Readonly<Record<string, tf.Tensor>>;
  /** What the method's `needs` name. Blank logits [K] by head. */
  readonly features?: ViewRows;
  readonly averagedFeatures?: tf.Tensor2D;
  readonly blank?: Readonly<Record<string, tf.Tensor1D>>;
  /** Set by a plug-in that calls the losses it extends. */
  readonly hooks?: LossHooks;
  /** Bias [K] of each head before this step, without gradient. */
  readonly biases: Readonly<Record<string, tf.Tensor1D>>;
}

export interface Losses {
  readonly total: tf.Scalar;
  /** One a name in the method's `scalars`. */
  readonly scalars: Readonly<Record<string, tf.Scalar>>;
  /** New values of the method's `state`. */
  readonly state: Readonly<Record<string, tf.Tensor>>;
  /** One a name in the method's `observed`; absent if there is none. */
  readonly observed?: Readonly<Record<string, tf.Tensor>>;
}

/** Which step it is, for what the host gives or takes at every step. */
export interface StepInfo {
  /** 0-based, and how many there are in all. */
  readonly step: number;
  readonly steps: number;
  /** Steps of an epoch; a fraction where the run has no whole number of them. */
  readonly epochSteps: number;
  readonly seed: number;
  /** Rows of this step and images in all. */
  readonly labelledBatch: number;
  readonly labelledCount: number;
  readonly unlabelledCount: number;
  /** Places of this step's unlabelled rows in the unlabelled set; empty if the method reads none. */
  readonly unlabelled: Int32Array;
}

/** What the training loop offers a method at the end of an epoch. */
export interface EpochEnd {
  /** Epochs done: 1 after the first. A step that ends several gives the number of the last one. */
  readonly epoch: number;
  /** Any state tensor by its name in the program, such as `param.balanced.bias`. */
  tensor(name: string): Promise<HostArray>;
  /** Logits [M,K] of each head over the whole unlabelled set in its order, eval mode. */
  predictUnlabelled(options: {
    readonly weights: "ema" | "live";
    readonly view: "plain" | "weak";
  }): Promise<Readonly<Record<string, Float32Array>>>;
}

/**
 * What the loop must do after a method's epoch end. `restart`: upload the controls, put every state tensor back to its
 * initial value, begin again at step 0 and forget the evaluations so far.
 */
export type EpochDecision = "nothing" | "controls" | "restart";

/** The host side of a method, in float64. */
export interface MethodHost {
  /** Current value of every control. */
  controls(): Readonly<Record<string, Float32Array>>;
  /** Every step input of this step. */
  stepInputs?(info: StepInfo): Readonly<Record<string, Float32Array>>;
  /** Takes what the step's program observed. */
  afterStep?(info: StepInfo, observed: Readonly<Record<string, HostArray>>): void;
  onEpochEnd(info: EpochEnd): Promise<EpochDecision>;
  /** What a checkpoint must keep; `load` takes it back. */
  save(): Record<string, HostArray>;
  load(saved: Readonly<Record<string, HostArray>>): void;
  /** Facts for the metrics file, as JSON. */
  report(): Record<string, unknown>;
}

/** Images of the unlabelled set that the next generation takes as labelled: places and classes, [n] each. */
export interface Picks {
  readonly indices: Int32Array;
  readonly labels: Int32Array;
}

/** A training method: a base algorithm, perhaps with plug-ins. */
export interface Method {
  readonly id: string;
  readonly usesUnlabelled: boolean;
  /** The base algorithm's consistency settings, for plug-ins with terms like it; absent without such a term. */
  readonly consistency?: { readonly cutoff: number; readonly weight: number };
  readonly needs?: Needs;
  /** Linear heads beside the network's own. */
  readonly heads: readonly string[];
  readonly outputs: readonly Output[];
  /** Name of the output that is selected on and reported. */
  readonly primary: string;
  /** Program inputs `control.<name>`, changed by the host now and then. */
  readonly controls: Readonly<Record<string, NamedTensor>>;
  /** Program state `method.<name>`. */
  readonly state: Readonly<Record<string, NamedTensor>>;
  readonly scalars: readonly string[];
  /** Program inputs `step.<name>`. */
  readonly stepInputs?: Readonly<Record<string, StepInput>>;
  /** Program outputs `observed.<name>`, handed to the host after every step. */
  readonly observed?: readonly string[];
  /** Tensor code, recorded once. */
  losses(inputs: LossInputs): Losses;
  /** With generations: what the next one takes over, from the base head's logits [M,K] of the unlabelled set. */
  pick?(logits: Float32Array): Picks;
  readonly host: MethodHost;
}

/** Arguments of a method's factory. */
export interface MethodOptions<P> {
  readonly params: P;
  readonly context: MethodContext;
}

/** A host with nothing to do. */
export const IDLE_HOST: MethodHost = {
  controls: () => ({}),
  onEpochEnd: () => Promise.resolve("nothing"),
  save: () => ({}),
  load: () => {},
  report: () => ({}),
};
