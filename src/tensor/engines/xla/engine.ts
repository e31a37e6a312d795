import type { DeviceTensor, Engine, Executable, HostArray } from "../../engine.ts";
import type { Program, TensorSpec } from "../../program.ts";
import type { Compiler } from "./compiler.ts";
import { type Machine, XlaExecutable } from "./executable.ts";
import { Lifetime } from "./lifetime.ts";
import { explained } from "./out_of_memory.ts";
import { Pending } from "./pending.ts";
import type { Client } from "./pjrt/client.ts";
import { type DeviceMemory, deviceMemory } from "./pjrt/memory_stats.ts";
import { Tensors } from "./tensors.ts";

/** What an engine is made of. */
export interface XlaEngineParts {
  readonly client: Client;
  readonly compiler: Compiler;
  readonly digest: string;
  /** Executions that may be under way when `run` returns. */
  readonly ahead: number;
}

/** The engine that compiles whole programs with XLA, on a CPU or a GPU, through a PJRT plugin. */
export class XlaEngine implements Engine {
  readonly name = "xla";
  readonly family = "xla";
  readonly digest: string;
  readonly #client: Client;
  readonly #compiler: Compiler;
  readonly #tensors: Tensors;
  readonly #machine: Machine;
  readonly #executables = new Set<XlaExecutable>();
  readonly #lifetime = new Lifetime();

  constructor({ client, compiler, digest, ahead }: XlaEngineParts) {
    this.digest = digest;
    this.#client = client;
    this.#compiler = compiler;
    this.#tensors = new Tensors(client);
    this.#machine = {
      ...{ client, ahead, tensors: this.#tensors, lifetime: this.#lifetime },
      pending: new Pending(client.events),
    };
  }

  /** What kind of device it runs on: `NVIDIA A100-SXM4-40GB`, `cpu`. */
  get deviceKind(): string {
    return this.#client.deviceKind;
  }

  /** Memory of the device as far as the plugin says. */
  get memory(): DeviceMemory {
    return deviceMemory(this.#client);
  }

  /** Tensors that are alive. */
  get tensorCount(): number {
    return this.#tensors.count;
  }

  upload(spec: TensorSpec, data: HostArray): DeviceTensor {
    this.#lifetime.check();
    try {
      return this.#tensors.upload(spec, data);
    } catch (error) {
      throw explained(error, { what: "A tensor could not be uploaded", client: this.#client });
    }
  }

  /** Waits for the executions that make the tensor; throws their errors. */
  download(tensor: DeviceTensor): Promise<HostArray> {
    return this.#lifetime.during(async () => {
      const own = this.#tensors.own(tensor, "This tensor");
      try {
        return await this.#tensors.download(own);
      } catch (error) {
        throw explained(error, { what: "A tensor could not be read", client: this.#client });
      }
    });
  }

  free(tensor: DeviceTensor): void {
    this.#lifetime.check();
    this.#tensors.free(this.#tensors.own(tensor, "This tensor"));
  }

  prepare(program: Program): Promise<Executable> {
    return this.#lifetime.during(async () => {
      const loaded = await this.#compiler.compile(program);
      const executable = new XlaExecutable(program, loaded, this.#machine, () => {
        this.#executables.delete(executable);
      });
      this.#executables.add(executable);
      this.#lifetime.check();
      return executable;
    });
  }

  /**
   * Waits for the executions that are under way, then releases everything. Where a `run`, `download` or `prepare` has not returned yet,
   * that happens after the last of them, and no other engine can be opened on the plugin before.
   */
  close(): void {
    this.#lifetime.end(() => {
      this.#machine.pending.drain();
      this.#tensors.endAll();
      for (const executable of [...this.#executables]) executable.dispose();
      this.#client.close();
    });
  }
}
