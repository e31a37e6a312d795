import { hashBytes, hashJson } from "../../../dag/hash.ts";
import type { Program } from "../../program.ts";
import { expandProgram } from "../../expand.ts";
import { ExecutableCache } from "./executable_cache.ts";
import { lowerProgram } from "./lower.ts";
import { checkFits, explained } from "./out_of_memory.ts";
import type { Client, DeviceKind } from "./pjrt/client.ts";
import { PjrtError } from "./pjrt/error.ts";
import { LoadedExecutable } from "./pjrt/loaded_executable.ts";
import { processorIdentity } from "./processor.ts";
import { rules } from "./rules/table.ts";

/** What a compiler needs besides the client. */
export interface CompilerOptions {
  readonly device: DeviceKind;
  /** Serialised compile options. */
  readonly options: Uint8Array<ArrayBuffer>;
  readonly pluginDigest: string;
  /** What `XLA_FLAGS` says: the plugin compiles by it too. */
  readonly flags: string;
  /** Directory of serialised executables; none are kept if absent. */
  readonly cache?: string;
  readonly say: (line: string) => void;
}

/** Turns programs into executables, from the cache where they are known. */
export class Compiler {
  readonly #cache: ExecutableCache | undefined;
  readonly #machine: string;

  constructor(private readonly client: Client, private readonly settings: CompilerOptions) {
    const { cache, say, pluginDigest, flags } = settings;
    const { api } = client;
    const serialises = api.has("PJRT_Executable_Serialize") &&
      api.has("PJRT_Executable_DeserializeAndLoad");
    if (cache && serialises) this.#cache = new ExecutableCache(cache, say);
    this.#machine = hashJson("xla machine", [
      ...[pluginDigest, api.version, client.platformVersion, client.deviceKind],
      ...[processorIdentity(), flags],
    ]);
  }

  async compile(program: Program): Promise<LoadedExecutable> {
    const { device } = this.settings;
    const plain = expandProgram(program, (kernel) => Object.hasOwn(rules[device], kernel));
    const text = lowerProgram(plain, device);
    const argumentCount = Object.keys(program.inputs).length;
    const key = hashJson("xla executable", [
      hashBytes(text),
      hashBytes(this.settings.options),
      this.#machine,
    ]);
    const loaded = await this.#fromCache(key, argumentCount) ??
      await this.#anew(key, text, argumentCount);
    try {
      checkFits(loaded.memory, this.client);
    } catch (error) {
      loaded.destroy();
      throw error;
    }
    return loaded;
  }

  async #fromCache(key: string, argumentCount: number): Promise<LoadedExecutable | undefined> {
    const serialised = await this.#cache?.get(key);
    if (!serialised) return undefined;
    try {
      return await LoadedExecutable.load(this.client, serialised, argumentCount);
    } catch (error) {
      if (!(error instanceof PjrtError)) throw error;
      this.#cache?.damaged(key);
      return undefined;
    }
  }

  async #anew(key: string, text: string, argumentCount: number): Promise<LoadedExecutable> {
    const { client } = this;
    const { options } = this.settings;
    let loaded: LoadedExecutable;
    try {
      loaded = await LoadedExecutable.compile(client, { text, options, argumentCount });
    } catch (error) {
      throw explained(error, { what: "A program could not be compiled", client });
    }
    await this.#keep(key, loaded);
    return loaded;
  }

  async #keep(key: string, loaded: LoadedExecutable): Promise<void> {
    const cache = this.#cache;
    if (!cache) return;
    let serialised: Uint8Array<ArrayBuffer>;
    try {
      serialised = loaded.serialise();
    } catch (error) {
      if (!(error instanceof PjrtError)) throw error;
      // There are plugins that have the function and cannot do it.
      return cache.cannotKeep(error);
    }
    await cache.put(key, serialised);
  }
}
