import type { DeviceTensor, Engine, Executable, HostArray } from "../tensor/engine.ts";
import type { TensorSpec } from "../tensor/program.ts";
import type { StoredTensor } from "./checkpoint.ts";
import type { StepProgram } from "./step.ts";

/** What changes from step to step. */
export interface StepInputs {
  /** Into the training images: [B] and [μB]. */
  readonly labelled_indices: Int32Array;
  readonly unlabelled_indices?: Int32Array;
  /** (seed, step). */
  readonly key: Int32Array;
  readonly learning_rate: Float32Array;
  /** `step.<name>`: the method's own. */
  readonly [own: `step.${string}`]: Float32Array;
}

/** What a step gives beside the new state. The caller frees the handles. */
export interface StepResult {
  readonly scalars: DeviceTensor;
  /** By name, without prefix. */
  readonly observed: Readonly<Record<string, DeviceTensor>>;
}

const OBSERVED = "observed.";

/** A training step with its state and data on an engine. */
export class DeviceModel {
  readonly #engine: Engine;
  readonly #step: StepProgram;
  readonly #executable: Executable;
  readonly #specs: ReadonlyMap<string, TensorSpec>;
  /** Inputs that stay from step to step: images, labels, controls. */
  readonly #constants = new Map<string, DeviceTensor>();
  #state: Record<string, DeviceTensor> = {};

  private constructor(engine: Engine, step: StepProgram, executable: Executable) {
    this.#engine = engine;
    this.#step = step;
    this.#executable = executable;
    this.#specs = new Map([...step.inputs, ...step.state].map(({ name, spec }) => [name, spec]));
  }

  /** Prepares the step and uploads its data. The state is empty until `reset` or `load`. */
  static async create(
    engine: Engine,
    step: StepProgram,
    data: { readonly images: Uint8Array; readonly labels: Int32Array },
  ): Promise<DeviceModel> {
    const model = new DeviceModel(engine, step, await engine.prepare(step.program));
    model.#setConstant("images", data.images);
    model.#setConstant("labels", data.labels);
    return model;
  }

  /** The uploaded training images; they belong to this model. */
  get images(): DeviceTensor {
    return this.#constants.get("images")!;
  }

  /** Handles of the current state by name; a step makes them invalid. */
  get state(): Readonly<Record<string, DeviceTensor>> {
    return this.#state;
  }

  /** Puts every state tensor to its initial value. */
  reset(): void {
    this.#replace(Object.fromEntries(this.#step.state.map((s) => [s.name, s.initial])));
  }

  /** Takes back what `save` returned. */
  load(tensors: Readonly<Record<string, StoredTensor>>): void {
    this.#replace(Object.fromEntries(this.#step.state.map((s) => [s.name, tensors[s.name]!.data])));
  }

  /** The whole state on the host, in the program's layout. */
  async save(): Promise<Record<string, StoredTensor>> {
    const tensors: Record<string, StoredTensor> = {};
    for (const { name, spec } of this.#step.state) {
      tensors[name] = { shape: spec.shape, data: await this.tensor(name) };
    }
    return tensors;
  }

  /** One state tensor on the host. */
  tensor(name: string): Promise<HostArray> {
    const tensor = this.#state[name];
    if (!tensor) throw new Error(`internal: no state is called ${name}`);
    return this.#engine.download(tensor);
  }

  setControls(controls: Readonly<Record<string, Float32Array>>): void {
    for (const [name, value] of Object.entries(controls)) {
      this.#setConstant(`control.${name}`, value);
    }
  }

  /** Runs one step. */
  async run(inputs: StepInputs): Promise<StepResult> {
    const uploaded: Record<string, DeviceTensor> = {};
    for (const [name, value] of Object.entries(inputs)) {
      const spec = this.#specs.get(name);
      if (spec) uploaded[name] = this.#engine.upload(spec, value);
    }
    const given = { ...Object.fromEntries(this.#constants), ...uploaded, ...this.#state };
    this.#state = {}; // consumed; if the run fails, what is left of it goes with the engine
    try {
      const { scalars, ...rest } = await this.#executable.run(given);
      const observed: Record<string, DeviceTensor> = {};
      const state: Record<string, DeviceTensor> = {};
      for (const [name, tensor] of Object.entries(rest)) {
        if (name.startsWith(OBSERVED)) observed[name.slice(OBSERVED.length)] = tensor;
        else state[name] = tensor;
      }
      this.#state = state;
      return { scalars: scalars!, observed };
    } finally {
      for (const tensor of Object.values(uploaded)) this.#engine.free(tensor);
    }
  }

  dispose(): void {
    for (const tensor of [...this.#constants.values(), ...Object.values(this.#state)]) {
      this.#engine.free(tensor);
    }
    this.#executable.dispose();
  }

  #replace(values: Readonly<Record<string, HostArray>>): void {
    for (const tensor of Object.values(this.#state)) this.#engine.free(tensor);
    this.#state = {};
    for (const { name, spec } of this.#step.state) {
      this.#state[name] = this.#engine.upload(spec, values[name]!);
    }
  }

  #setConstant(name: string, value: HostArray): void {
    const spec = this.#specs.get(name);
    if (!spec) throw new Error(`internal: the step has no input called ${name}`);
    const old = this.#constants.get(name);
    if (old) this.#engine.free(old);
    this.#constants.set(name, this.#engine.upload(spec, value));
  }
}
