import type { HostArray } from "../tensor/engine.ts";
import type { DType, TensorSpec } from "../tensor/program.ts";
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

/** State tensors of a model before the first step: parameters, momenta, moving averages, running statistics. */
export function initialState(model: Model, seed: number): StateTensor[] {
  const values = new Map(
    model.parameters.map((parameter) => [parameter.name, initialValues(parameter, seed)]),
  );
  const zeros = (shape: readonly number[]) => new Float32Array(shape.reduce((a, b) => a * b, 1));
  return [
    ...model.parameters.map(({ name, shape }) => ({
      name: `param.${name}`,
      spec: spec(shape),
      initial: values.get(name)!,
    })),
    ...model.parameters.filter(isTrained).map(({ name, shape }) => ({
      name: `momentum.${name}`,
      spec: spec(shape),
      initial: zeros(shape),
    })),
    ...model.parameters.map(({ name, shape }) => ({
      name: `ema.${name}`,
      spec: spec(shape),
      initial: values.get(name)!.slice(),
    })),
    ...model.buffers.map(({ name, shape, initial }) => ({
      name: `buffer.${name}`,
      spec: spec(shape),
      initial: zeros(shape).fill(initial),
    })),
  ];
}
