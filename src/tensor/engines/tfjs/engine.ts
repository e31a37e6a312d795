import * as tf from "@tensorflow/tfjs";
import { hashBytes } from "../../../dag/hash.ts";
import type { DeviceTensor, Engine, Executable, HostArray } from "../../engine.ts";
import { elementCount, type Program, specText, type TensorSpec } from "../../program.ts";
import { onBackend } from "./backend_scope.ts";
import { type Owner, TfjsExecutable } from "./executable.ts";
import { packBytes, packedShape, unpackWords } from "./packed_bytes.ts";
import { sourceTexts } from "./source_texts.ts";
import { TfjsTensor } from "./tensor.ts";

/** Which backend an engine works with. */
export interface TfjsEngineParts {
  /** The name that TensorFlow.js knows it by: `tensorflow` is tfjs-node's, `cpu` that of plain JavaScript. */
  readonly backend: string;
  /** What else decides about results: versions of packages and libraries. */
  readonly versions: readonly string[];
}

/** A replay of programs on a backend of TensorFlow.js, kernel by kernel. */
export class TfjsEngine implements Engine, Owner {
  readonly name = "tfjs-node-gpu";
  readonly family = "tfjs-node-gpu";
  readonly digest: string;
  readonly backend: string;
  readonly #tensors = new Set<TfjsTensor>();
  readonly #executables = new Set<TfjsExecutable>();

  constructor({ backend, versions }: TfjsEngineParts) {
    this.backend = backend;
    this.digest = hashBytes([backend, ...versions, ...sourceTexts()].map(hashBytes).join("\n"));
  }

  upload(spec: TensorSpec, data: HostArray): DeviceTensor {
    const count = elementCount(spec.shape);
    if (data.length !== count) {
      throw new RangeError(`${specText(spec)} has ${count} elements, found ${data.length}`);
    }
    return this.adopt(onBackend(this.backend, () => newTensor(spec, data)), spec);
  }

  async download(tensor: DeviceTensor): Promise<HostArray> {
    const { spec, tensor: own } = this.#own(tensor);
    const data = await own.data<"float32" | "int32" | "bool">();
    if (spec.storage && own.size !== elementCount(spec.shape)) {
      return unpackWords(Int32Array.from(data));
    }
    // A copy of its own: backends may give what they keep, in any type.
    if (spec.storage || spec.dtype === "bool") return Uint8Array.from(data);
    return spec.dtype === "float32" ? Float32Array.from(data) : Int32Array.from(data);
  }

  free(tensor: DeviceTensor): void {
    this.release(this.#own(tensor), "freed");
  }

  // The promise carries the error of a kernel that is missing.
  // deno-lint-ignore require-await
  async prepare(program: Program): Promise<Executable> {
    const executable = new TfjsExecutable(program, this);
    this.#executables.add(executable);
    return executable;
  }

  /** Releases tensors and constants; the package stays loaded until the process ends. */
  close(): void {
    for (const tensor of this.#tensors) this.release(tensor, "freed");
    for (const executable of this.#executables) executable.dispose();
    this.#executables.clear();
  }

  adopt(tensor: tf.Tensor, spec: TensorSpec): TfjsTensor {
    const adopted = new TfjsTensor(spec, tensor, this);
    this.#tensors.add(adopted);
    return adopted;
  }

  release(tensor: TfjsTensor, why: string): void {
    tensor.kill(why);
    this.#tensors.delete(tensor);
    tensor.tensor.dispose();
  }

  #own(tensor: DeviceTensor): TfjsTensor {
    if (!(tensor instanceof TfjsTensor)) throw new Error("This tensor belongs to another engine");
    tensor.check(this, "This tensor");
    return tensor;
  }
}

/** A tensor of the current backend with a copy of host data. */
function newTensor(spec: TensorSpec, data: HostArray): tf.Tensor {
  const packed = packedShape(spec);
  if (packed) return tf.tensor(packBytes(data), packed, "int32");
  if (spec.dtype === "bool") return tf.tensor(Uint8Array.from(data), [...spec.shape], "bool");
  const copy = spec.dtype === "float32" ? Float32Array.from(data) : Int32Array.from(data);
  return tf.tensor(copy, [...spec.shape], spec.dtype);
}
