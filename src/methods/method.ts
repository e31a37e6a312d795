import type * as tf from "@tensorflow/tfjs";
import type { HostArray } from "../tensor/engine.ts";

/** What a method knows about the data before training. */
export interface MethodContext {
  /** K. */
  readonly classes: number;
  /** Labelled images of each class, [K]. */
  readonly labelledCounts: readonly number[];
  /** True unlabelled images of each class, [K], where known: oracle information. */
  readonly unlabelledCounts?: readonly number[];
}

/** A way to turn a head into predictions: its logits, or its logits without the head's bias. */
export interface Output {
  readonly name: string;
  readonly head: string;
  readonly rule: "none" | "remove-bias";
}

/** A float32 tensor that a method adds to the step's program. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly initial: Float32Array;
}

/** Logits [rows,K] of one head for the three kinds of rows; weak ones carry no gradient. */
export interface HeadLogits {
  readonly labelled: tf.Tensor2D;
  readonly weak?: tf.Tensor2D;
  readonly strong?: tf.Tensor2D;
}

/** What the losses are computed from, inside the program. */
export interface LossInputs {
  /** By head; the network's own is `base`. */
  readonly logits: Readonly<Record<string, HeadLogits>>;
  /** int32 [B]. */
  readonly labels: tf.Tensor1D;
  readonly controls: Readonly<Record<string, tf.Tensor>>;
  readonly state: Readonly<Record<string, tf.Tensor>>;
  /** Bias [K] of each head before this step, without gradient. */
  readonly biases: Readonly<Record<string, tf.Tensor1D>>;
}

export interface Losses {
  readonly total: tf.Scalar;
  /** One a name in the method's `scalars`. */
  readonly scalars: Readonly<Record<string, tf.Scalar>>;
  /** New values of the method's `state`. */
  readonly state: Readonly<Record<string, tf.Tensor>>;
}

/** What the training loop offers a method at the end of an epoch. */
export interface EpochEnd {
  /** Epochs done: 1 after the first. */
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
  onEpochEnd(info: EpochEnd): Promise<EpochDecision>;
  /** What a checkpoint must keep; `load` takes it back. */
  save(): Record<string, HostArray>;
  load(saved: Readonly<Record<string, HostArray>>): void;
  /** Facts for the metrics file, as JSON. */
  report(): Record<string, unknown>;
}

/** A training method: a base algorithm, perhaps with plug-ins. */
export interface Method {
  readonly id: string;
  readonly usesUnlabelled: boolean;
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
  /** Tensor code, recorded once. */
  losses(inputs: LossInputs): Losses;
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
