import type { Client } from "./client.ts";
import { type ProgramMemory, programMemory } from "./memory_stats.ts";
import { type Address, addressList, addressOf, bytesAt, Struct, textBytes } from "./struct.ts";

const FORMAT = textBytes("mlir");

/** A program that the plugin has compiled and loaded. */
export class LoadedExecutable {
  readonly memory: ProgramMemory | undefined;
  readonly outputCount: number;
  readonly #executable: Address;
  readonly #arguments: BigInt64Array<ArrayBuffer>;
  readonly #outputs: BigInt64Array<ArrayBuffer>;
  readonly #event = new BigInt64Array(new ArrayBuffer(8));
  readonly #execute: Struct<"PJRT_LoadedExecutable_Execute_Args">;

  private constructor(
    private readonly client: Client,
    readonly address: Address,
    argumentCount: number,
  ) {
    const { api } = client;
    const get = new Struct("PJRT_LoadedExecutable_GetExecutable_Args")
      .set("loaded_executable", address);
    api.call("PJRT_LoadedExecutable_GetExecutable", get);
    this.#executable = get.pointer("executable");
    this.memory = programMemory(client, this.#executable);
    const count = new Struct("PJRT_Executable_NumOutputs_Args").set("executable", this.#executable);
    api.call("PJRT_Executable_NumOutputs", count);
    this.outputCount = count.number("num_outputs");
    this.#arguments = new BigInt64Array(new ArrayBuffer(8 * argumentCount));
    this.#outputs = new BigInt64Array(new ArrayBuffer(8 * this.outputCount));
    // Set once: the addresses of the lists stay.
    this.#execute = new Struct("PJRT_LoadedExecutable_Execute_Args")
      .set("executable", address)
      .set("options", new Struct("PJRT_ExecuteOptions"))
      .set("argument_lists", pointerTo(this.#arguments))
      .set("num_devices", 1)
      .set("num_args", argumentCount)
      .set("output_lists", pointerTo(this.#outputs))
      .set("device_complete_events", this.#event);
  }

  /** Compiles a StableHLO module, given as text, with serialised compile options. */
  static async compile(
    client: Client,
    program: { text: string; options: Uint8Array<ArrayBuffer>; argumentCount: number },
  ): Promise<LoadedExecutable> {
    const code = textBytes(program.text);
    const module = new Struct("PJRT_Program")
      .set("code", code)
      .set("code_size", code.length)
      .set("format", FORMAT)
      .set("format_size", FORMAT.length);
    const args = new Struct("PJRT_Client_Compile_Args")
      .set("client", client.address)
      .set("program", module)
      .set("compile_options", program.options)
      .set("compile_options_size", program.options.length);
    await client.api.callLater("PJRT_Client_Compile", args);
    return new LoadedExecutable(client, args.pointer("executable"), program.argumentCount);
  }

  /** Loads what `serialise` gave. */
  static async load(
    client: Client,
    serialised: Uint8Array<ArrayBuffer>,
    argumentCount: number,
  ): Promise<LoadedExecutable> {
    const args = new Struct("PJRT_Executable_DeserializeAndLoad_Args")
      .set("client", client.address)
      .set("serialized_executable", serialised)
      .set("serialized_executable_size", serialised.length);
    await client.api.callLater("PJRT_Executable_DeserializeAndLoad", args);
    return new LoadedExecutable(client, args.pointer("loaded_executable"), argumentCount);
  }

  serialise(): Uint8Array<ArrayBuffer> {
    const args = new Struct("PJRT_Executable_Serialize_Args").set("executable", this.#executable);
    this.client.api.call("PJRT_Executable_Serialize", args);
    const bytes = bytesAt(
      args.pointer("serialized_bytes"),
      args.number("serialized_bytes_size"),
    );
    const free = Deno.UnsafePointer.create<typeof deleter>(
      args.pointer("serialized_executable_deleter"),
    );
    const owned = Deno.UnsafePointer.create(args.pointer("serialized_executable"));
    if (free) new Deno.UnsafeFnPointer(free, deleter).call(owned);
    return bytes;
  }

  /**
   * Enqueues one execution. Arguments that the program donates are dead afterwards but must still be destroyed. Returns the buffers of the
   * outputs and the event of the execution's end.
   */
  execute(buffers: readonly Address[]): { outputs: Address[]; done: Address } {
    if (buffers.length !== this.#arguments.length) {
      throw new Error(
        `internal: ${buffers.length} arguments for a program of ${this.#arguments.length}`,
      );
    }
    buffers.forEach((buffer, i) => this.#arguments[i] = buffer);
    this.#outputs.fill(0n);
    this.#event[0] = 0n;
    this.client.api.call("PJRT_LoadedExecutable_Execute", this.#execute);
    return { outputs: [...this.#outputs], done: this.#event[0] };
  }

  destroy(): void {
    const { api } = this.client;
    api.call(
      "PJRT_Executable_Destroy",
      new Struct("PJRT_Executable_Destroy_Args").set("executable", this.#executable),
    );
    api.call(
      "PJRT_LoadedExecutable_Destroy",
      new Struct("PJRT_LoadedExecutable_Destroy_Args").set("executable", this.address),
    );
  }
}

const deleter = { parameters: ["pointer"], result: "void" } as const;

/** A list of one device's list. Empty lists still need an address. */
function pointerTo(list: BigInt64Array<ArrayBuffer>): BigInt64Array<ArrayBuffer> {
  const inner = list.length > 0 ? list : addressList([0n]);
  const outer = addressList([addressOf(inner)]);
  keptLists.set(outer, inner);
  return outer;
}

/** What lists point to, kept for as long as the lists. */
const keptLists = new WeakMap<BigInt64Array<ArrayBuffer>, BigInt64Array<ArrayBuffer>>();
