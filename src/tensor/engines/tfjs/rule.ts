import type * as tf from "@tensorflow/tfjs";
import { Attributes } from "../../kernels.ts";
import type { KernelCall, TensorSpec } from "../../program.ts";
import type { NodeBackend } from "./node_backend.ts";
import { unpack } from "./packed_bytes.ts";

/**
 * Computes the outputs of one call with TensorFlow.js. Runs inside `tf.tidy`: what it makes on the way is disposed of. Tensors beyond
 * the call's outputs live as long as the last of them, for the call that takes it (`CallView.savedWith`).
 */
export type Rule = (call: CallView) => tf.Tensor | tf.Tensor[];

/** Tensors by the number of their value. */
export interface LiveTensors {
  readonly tensors: ReadonlyMap<number, tf.Tensor>;
  /** What was returned with the last output of a call, beyond its outputs. */
  readonly saved: ReadonlyMap<number, readonly tf.Tensor[]>;
}

/** A call with the tensors and specs of its operands at hand. */
export class CallView {
  readonly attributes: Attributes;

  constructor(
    readonly call: KernelCall,
    private readonly values: readonly TensorSpec[],
    private readonly live: LiveTensors,
    /** What TensorFlow's own operations are called by, where the backend is TensorFlow. */
    readonly node: NodeBackend | undefined,
  ) {
    this.attributes = new Attributes(call.attributes);
  }

  /** All inputs, unpacked. */
  get inputs(): tf.Tensor[] {
    return this.call.inputs.map((_, index) => this.in(index));
  }

  /** An input in the shape that the program gives it. */
  in(index: number): tf.Tensor {
    const tensor = this.raw(index);
    return this.isPacked(index) ? unpack(tensor, this.inSpec(index).shape) : tensor;
  }

  /** An input as it is kept: bytes may be packed. */
  raw(index: number): tf.Tensor {
    return required(this.live.tensors.get(required(this.call.inputs[index])));
  }

  /** What the rule of the call that made an input returned beyond its outputs; empty if nothing. */
  savedWith(index: number): readonly tf.Tensor[] {
    return this.live.saved.get(required(this.call.inputs[index])) ?? [];
  }

  isPacked(index: number): boolean {
    const { storage, shape } = this.inSpec(index);
    return storage === "uint8" &&
      this.raw(index).size !== shape.reduce((count, size) => count * size, 1);
  }

  inSpec(index = 0): TensorSpec {
    return required(this.values[required(this.call.inputs[index])]);
  }

  outSpec(index = 0): TensorSpec {
    return required(this.values[required(this.call.outputs[index])]);
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("internal: a call lacks an operand");
  return value;
}
