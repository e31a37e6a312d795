import { UserError } from "../../../../errors.ts";
import { abi } from "../abi_table.ts";
import { codeName, PjrtError } from "./error.ts";
import { type Address, bytesAt, Struct, textAt } from "./struct.ts";

export type FunctionName = keyof typeof abi.functions;

/** Functions that the engine does without where a plugin has them not. */
const OPTIONAL: ReadonlySet<string> = new Set<FunctionName>([
  ...["PJRT_Plugin_Attributes", "PJRT_Device_MemoryStats", "PJRT_Executable_Serialize"] as const,
  ...["PJRT_Executable_DeserializeAndLoad", "PJRT_Executable_GetCompiledMemoryStats"] as const,
]);

/** The version of the header that the offsets are from. */
const OUR_VERSION = `${abi.version.major}.${abi.version.minor}`;

const blocking = { parameters: ["buffer"], result: "pointer" } as const;
const later = { parameters: ["buffer"], result: "pointer", nonblocking: true } as const;

/** Reads a table of functions: which version it is and which slots it has. */
function readTable(
  address: Address,
  name: string,
): { major: number; minor: number; slots: BigUint64Array } {
  const table = new Struct("PJRT_Api").readFrom(address, 8);
  const size = table.number("struct_size");
  const versionEnd = abi.structs.PJRT_Api.fields["pjrt_api_version.minor_version"][0] + 4;
  if (size < versionEnd) {
    throw new UserError(`${name}: the library's table of PJRT functions has only ${size} bytes`);
  }
  table.readFrom(address, versionEnd);
  return {
    major: table.number("pjrt_api_version.major_version"),
    minor: table.number("pjrt_api_version.minor_version"),
    slots: new BigUint64Array(bytesAt(address, Math.floor(size / 8) * 8).buffer),
  };
}

/**
 * The functions of a plugin, by the offsets of `abi_table.ts`. A plugin of another major version is refused; one that is older may
 * lack slots at the end of its table, and only those that the engine needs are missed.
 */
export class PjrtApi {
  /** The plugin's version, `0.81`. */
  readonly version: string;
  readonly #slots: BigUint64Array;
  readonly #blocking = new Map<string, Deno.UnsafeFnPointer<typeof blocking>>();
  readonly #lent = new Set<object>();
  readonly #later = new Map<string, Deno.UnsafeFnPointer<typeof later>>();

  /** Throws a UserError, beginning with `name`, where the plugin's version does not fit. */
  constructor(address: Address, name: string) {
    if (address === 0n) throw new UserError(`${name}: the library gives no PJRT functions`);
    const { major, minor, slots } = readTable(address, name);
    this.version = `${major}.${minor}`;
    this.#slots = slots;
    if (major !== abi.version.major) {
      throw new UserError(
        `${name}: expected a plugin of PJRT's C API ${OUR_VERSION}, found ${this.version}, which is not compatible`,
      );
    }
    const missing = Object.keys(abi.functions).filter((call) =>
      !OPTIONAL.has(call) && !this.has(call as FunctionName)
    );
    if (missing.length > 0) {
      throw new UserError(
        `${name}: expected a plugin of PJRT's C API ${OUR_VERSION}, found ${this.version}, which lacks ${
          missing.join(", ")
        }`,
      );
    }
  }

  /** Whether the plugin has a function: its slot lies within the table and is filled. */
  has(call: FunctionName): boolean {
    return (this.#slots[abi.functions[call].offset / 8] ?? 0n) !== 0n;
  }

  /** Calls a function with the struct of its name. Throws a PjrtError. */
  call<N extends FunctionName>(call: N, args: Struct<`${N}_Args`>): void {
    let pointer = this.#blocking.get(call);
    if (!pointer) {
      this.#blocking.set(call, pointer = new Deno.UnsafeFnPointer(this.#slot(call), blocking));
    }
    const error = pointer.call(args.bytes);
    // Functions without a result leave anything in its register.
    if (error !== null && abi.functions[call].returns) throw this.#error(call, error);
  }

  /** The same on another thread, so that the event loop goes on. */
  async callLater<N extends FunctionName>(call: N, args: Struct<`${N}_Args`>): Promise<void> {
    let pointer = this.#later.get(call);
    if (!pointer) {
      this.#later.set(call, pointer = new Deno.UnsafeFnPointer(this.#slot(call), later));
    }
    // What the other thread reads must not be collected meanwhile.
    this.#lent.add(args);
    try {
      const error = await pointer.call(args.bytes);
      if (error !== null && abi.functions[call].returns) throw this.#error(call, error);
    } finally {
      this.#lent.delete(args);
    }
  }

  #slot<T>(call: FunctionName): Deno.PointerObject<T> {
    const pointer = Deno.UnsafePointer.create<T>(this.#slots[abi.functions[call].offset / 8] ?? 0n);
    if (!pointer) throw new Error(`The plugin (PJRT ${this.version}) has no ${call}`);
    return pointer;
  }

  /** Reads and frees an error. */
  #error(call: string, pointer: Deno.PointerObject): PjrtError {
    const error = Deno.UnsafePointer.value(pointer);
    const code = new Struct("PJRT_Error_GetCode_Args").set("error", error);
    const failed = this.#pointerOf("PJRT_Error_GetCode").call(code.bytes);
    const message = new Struct("PJRT_Error_Message_Args").set("error", error);
    this.call("PJRT_Error_Message", message);
    const text = textAt(message.pointer("message"), message.number("message_size"));
    this.call("PJRT_Error_Destroy", new Struct("PJRT_Error_Destroy_Args").set("error", error));
    const detail = this.version === OUR_VERSION
      ? text
      : `${text} (the plugin has PJRT ${this.version}, this engine was made for ${OUR_VERSION})`;
    return new PjrtError(call, failed ? "UNKNOWN" : codeName(code.number("code")), detail);
  }

  #pointerOf(call: FunctionName): Deno.UnsafeFnPointer<typeof blocking> {
    return new Deno.UnsafeFnPointer(this.#slot(call), blocking);
  }
}
