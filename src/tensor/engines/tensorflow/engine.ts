import { hashBytes } from "../../../dag/hash.ts";
import type { DeviceTensor, Engine, Executable, HostArray } from "../../engine.ts";
import { elementCount, type Program, specText, type TensorSpec } from "../../program.ts";
import { type Owner, TensorflowExecutable } from "./executable.ts";
import { newHandle, readHandle } from "./host_tensor.ts";
import type { Runtime } from "./runtime.ts";
import { sourceTexts } from "./source_texts.ts";
import { TensorflowTensor } from "./tensor.ts";

/** Programs as functions of TensorFlow's own runtime: the fast engine on CPUs. */
export class TensorflowEngine implements Engine, Owner {
  readonly name = "tensorflow";
  readonly family = "tensorflow";
  readonly digest: string;
  readonly #tensors = new Set<TensorflowTensor>();
  readonly #executables = new Set<TensorflowExecutable>();
  #closed = false;

  constructor(readonly runtime: Runtime) {
    this.digest = hashBytes([runtime.library.version, ...sourceTexts()].map(hashBytes).join("\n"));
  }

  upload(spec: TensorSpec, data: HostArray): DeviceTensor {
    const count = elementCount(spec.shape);
    if (data.length !== count) {
      throw new RangeError(`${specText(spec)} has ${count} elements, found ${data.length}`);
    }
    return this.adopt(newHandle(this.runtime.library, spec, data), spec);
  }

  // Promises carry the error of a tensor that is gone.
  // deno-lint-ignore require-await
  async download(tensor: DeviceTensor): Promise<HostArray> {
    const own = this.#own(tensor);
    return readHandle(this.runtime.library, own.spec, own.handle);
  }

  free(tensor: DeviceTensor): void {
    this.release(this.#own(tensor), "freed");
  }

  // deno-lint-ignore require-await
  async prepare(program: Program): Promise<Executable> {
    const executable = new TensorflowExecutable(program, this);
    this.#executables.add(executable);
    return executable;
  }

  /**
   * Releases tensors and functions, those of a run that is under way when it ends: its outputs are freed at once. The library stays
   * loaded until the process ends.
   */
  close(): void {
    this.#closed = true;
    for (const tensor of this.#tensors) this.release(tensor, "freed");
    for (const executable of this.#executables) executable.dispose();
    this.#executables.clear();
  }

  adopt(handle: Deno.PointerValue, spec: TensorSpec): TensorflowTensor {
    const tensor = new TensorflowTensor(spec, handle, this);
    this.#tensors.add(tensor);
    if (this.#closed) this.release(tensor, "freed");
    return tensor;
  }

  release(tensor: TensorflowTensor, why: string): void {
    tensor.kill(why);
    if (!this.#tensors.delete(tensor)) return;
    this.runtime.library.symbols.TFE_DeleteTensorHandle(tensor.handle);
  }

  keep(tensor: TensorflowTensor): void {
    if (this.#tensors.has(tensor)) tensor.revive();
  }

  #own(tensor: DeviceTensor): TensorflowTensor {
    if (!(tensor instanceof TensorflowTensor)) {
      throw new Error("This tensor belongs to another engine");
    }
    tensor.check(this, "This tensor");
    return tensor;
  }
}
