import type { HostArray } from "../tensor/engine.ts";
import { type DType, elementCount, type TensorSpec } from "../tensor/program.ts";
import { headParameters } from "../nets/heads.ts";
import { initialValues } from "../nets/initialise.ts";
import type { BufferSpec, Net, ParameterSpec } from "../nets/net.ts";
import { loadNet } from "../nets/registry.ts";
import type { Method } from "../methods/method.ts";

/** What a training step and an evaluation share. */
export interface ModelOptions {
  /** Such as `wrn-28-2`. */
  readonly net: string;
  readonly method: Method;
  /** Of the uploaded uint8 [N,H,W,C]. */
  readonly images: {
    readonly count: number;
    readonly height: number;
    readonly width: number;
    readonly channels: number;
  };
  /** K. */
  readonly classes: number;
  /** By channel, as fractions of the full scale. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** A tensor that a program takes or makes. */
export interface NamedSpec {
  readonly name: string;
  readonly spec: TensorSpec;
}

/** A tensor that a step replaces, with its value before the first step. */
export interface StateTensor extends NamedSpec {
  readonly initial: HostArray;
}

/** A backbone with a method's extra heads. */
export interface Model {
  readonly net: Net;
  readonly parameters: readonly ParameterSpec[];
  readonly buffers: readonly BufferSpec[];
}

/** Loads the network and adds the method's heads. */
export async function buildModel(
  { net: id, method, images, classes }: Pick<
    ModelOptions,
    "net" | "method" | "images" | "classes"
  >,
): Promise<Model> {
  const net = await loadNet(id, {
    classes,
    channels: images.channels,
    classwiseNorm: method.needs?.branches === true,
  });
  const extra = method.heads.flatMap((head) =>
    headParameters(head, { features: net.features, classes })
  );
  return { net, parameters: [...net.parameters, ...extra], buffers: net.buffers };
}

/** A float32 tensor, or one of another type. */
export function spec(shape: readonly number[], dtype: DType = "float32"): TensorSpec {
  return { shape, dtype };
}

/** The data set's images: int32 to the program, kept as bytes. */
export function imagesSpec({ count, height, width, channels }: ModelOptions["images"]): TensorSpec {
  return { shape: [count, height, width, channels], dtype: "int32", storage: "uint8" };
}

/** Whether gradients reach a parameter. */
export function isTrained({ trained = true }: ParameterSpec): boolean {
  return trained;
}

/**
 * State tensors of a model before the first step: parameters, momenta, moving averages, running statistics. Their values are
 * made when they are first read: a training that goes on from a checkpoint never does.
 */
export function initialState(model: Model, seed: number): StateTensor[] {
  const values = new Map<string, Float32Array>();
  const valuesOf = (parameter: ParameterSpec): Float32Array => {
    const made = values.get(parameter.name) ?? initialValues(parameter, seed);
    values.set(parameter.name, made);
    return made;
  };
  const zeros = (shape: readonly number[]) => new Float32Array(elementCount(shape));
  return [
    ...model.parameters.map((parameter) =>
      stateTensor(`param.${parameter.name}`, {
        shape: parameter.shape,
        make: () => valuesOf(parameter),
      })
    ),
    ...model.parameters.filter(isTrained).map(({ name, shape }) =>
      stateTensor(`momentum.${name}`, { shape, make: () => zeros(shape) })
    ),
    ...model.parameters.map((parameter) =>
      stateTensor(`ema.${parameter.name}`, {
        shape: parameter.shape,
        make: () => valuesOf(parameter).slice(),
      })
    ),
    ...model.buffers.map(({ name, shape, initial }) =>
      stateTensor(`buffer.${name}`, { shape, make: () => zeros(shape).fill(initial) })
    ),
  ];
}

function stateTensor(
  name: string,
  { shape, make }: { readonly shape: readonly number[]; readonly make: () => Float32Array },
): StateTensor {
  let made: Float32Array | undefined;
  return {
    name,
    spec: spec(shape),
    get initial() {
      return made ??= make();
    },
  };
}
