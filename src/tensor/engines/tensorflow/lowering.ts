import { Attributes } from "../../kernels.ts";
import type { KernelCall, TensorSpec } from "../../program.ts";
import { type ElementType, elementType } from "./element_type.ts";
import type { Edge, Graph } from "./graph.ts";
import type { Draws } from "./draws.ts";

/** What a rule adds to. */
export interface LoweringContext {
  readonly graph: Graph;
  readonly draws: Draws;
}

/** Adds the operations of one call of a program to the graph; returns the edges of the call's outputs. */
export type Rule = (view: CallView, context: LoweringContext) => Edge | readonly Edge[];

/** A call with the edges and specs of its operands at hand. */
export class CallView {
  readonly attributes: Attributes;

  constructor(
    readonly call: KernelCall,
    private readonly values: readonly TensorSpec[],
    private readonly edges: ReadonlyMap<number, Edge>,
  ) {
    this.attributes = new Attributes(call.attributes);
  }

  /** Edges of all inputs. */
  get inputs(): readonly Edge[] {
    return this.call.inputs.map((_, index) => this.in(index));
  }

  in(index: number): Edge {
    return required(this.edges.get(required(this.call.inputs[index])));
  }

  inSpec(index = 0): TensorSpec {
    return required(this.values[required(this.call.inputs[index])]);
  }

  outSpec(index = 0): TensorSpec {
    return required(this.values[required(this.call.outputs[index])]);
  }

  /** Element type of an input. */
  type(index = 0): ElementType {
    return elementType(this.inSpec(index));
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("internal: a call lacks an operand");
  return value;
}
