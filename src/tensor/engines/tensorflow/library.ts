import { UserError } from "../../../errors.ts";
import { ADVICE, checkLibraryFiles, TENSORFLOW_VERSION } from "./files.ts";
import { quietly } from "./quietly.ts";
import { type Symbols, symbols } from "./symbols.ts";

// The C library's own dlopen: with the second flag a library stays loaded when Deno lets go of it at the end, while TensorFlow's
// threads still run in it.
const DLOPEN = { parameters: ["buffer", "i32"], result: "pointer" } as const;
const RTLD_LAZY = 0x1;
const RTLD_NODELETE = 0x1000;

/** An error that TensorFlow reports; `code` is TF_Code (3: invalid argument, 8: resource exhausted, 11: out of range). */
export class TensorflowError extends Error {
  override name = "TensorflowError";

  constructor(readonly code: number, message: string) {
    super(message);
  }
}

/** The loaded library. It stays loaded until the process ends. */
export class Library {
  readonly #status: Deno.PointerValue;

  constructor(readonly symbols: Symbols, readonly version: string) {
    this.#status = symbols.TF_NewStatus();
  }

  /** Does a call that reports by a status. Throws a TensorflowError where it failed. */
  checked<T>(call: (status: Deno.PointerValue) => T): T {
    const result = call(this.#status);
    this.check(this.#status);
    return result;
  }

  /** Throws a TensorflowError if a status is not OK. */
  check(status: Deno.PointerValue): void {
    const code = this.symbols.TF_GetCode(status);
    if (code !== 0) throw new TensorflowError(code, textAt(this.symbols.TF_Message(status)));
  }
}

/** The zero-terminated text at an address. */
function textAt(pointer: Deno.PointerValue): string {
  return pointer ? new Deno.UnsafePointerView(pointer).getCString() : "";
}

const encoder = new TextEncoder();
const texts = new Map<string, Uint8Array<ArrayBuffer>>();

/** A zero-terminated text to pass; kept, since the same few come again and again. */
export function text(value: string): Uint8Array<ArrayBuffer> {
  const known = texts.get(value);
  if (known) return known;
  const made = encoder.encode(`${value}\0`);
  texts.set(value, made);
  return made;
}

/**
 * Loads TensorFlow from a directory. Throws a UserError where a file is missing, broken, for another processor, not
 * TensorFlow, or of another version.
 */
export function loadLibrary(directory: string): Library {
  const paths = checkLibraryFiles(directory);
  // Else notices about the processor come, later too; errors are thrown.
  if (!Deno.env.has("TF_CPP_MIN_LOG_LEVEL")) Deno.env.set("TF_CPP_MIN_LOG_LEVEL", "3");
  const [framework = "", main = ""] = paths;
  quietly(() => open(framework, {}));
  const { TF_Version } = open(main, { TF_Version: { parameters: [], result: "pointer" } }).symbols;
  const version = textAt(TF_Version());
  if (version !== TENSORFLOW_VERSION) {
    throw new UserError(
      `${main}: expected TensorFlow ${TENSORFLOW_VERSION}, found ${version}. ${ADVICE}`,
    );
  }
  const { dlopen } = open(main, { dlopen: DLOPEN }).symbols;
  for (const path of paths) dlopen(text(path), RTLD_LAZY | RTLD_NODELETE);
  return new Library(open(main, symbols).symbols, version);
}

function open<const S extends Deno.ForeignLibraryInterface>(path: string, wanted: S) {
  try {
    return Deno.dlopen(path, wanted);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Deno.errors.NotCapable) throw error;
    throw new UserError(`${path}: cannot be loaded: ${error.message}. ${ADVICE}`);
  }
}
