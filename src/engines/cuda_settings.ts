import { UserError } from "../errors.ts";

/** How a GPU is used, as far as the user says; XLA decides the rest. Part of no key, like the device. */
export interface CudaSettings {
  /** Part of the GPU's memory that may be taken, above 0 to 1. */
  readonly memoryFraction?: number;
  /** Whether that memory is taken at once rather than as it is needed. */
  readonly preallocate?: boolean;
  /** Only kernels that give the same bits every time. */
  readonly deterministic?: boolean;
}

/**
 * Reads `RETABLE_CUDA_MEMORY_FRACTION`, `RETABLE_CUDA_PREALLOCATE` and `RETABLE_CUDA_DETERMINISTIC` from the environment, which worker
 * processes inherit. Throws a UserError for a value that means nothing; an empty one is none.
 */
export function cudaSettings(
  variable: (name: string) => string | undefined = (name) => Deno.env.get(name),
): CudaSettings {
  const read = <T>(name: string, expected: string, parse: (text: string) => T | undefined) => {
    const text = variable(name);
    if (!text) return undefined;
    const value = parse(text);
    if (value === undefined) {
      throw new UserError(`The environment's ${name}: expected ${expected}, found "${text}"`);
    }
    return value;
  };
  const flag = (name: string) =>
    read(name, "0 or 1", (text) => text === "1" ? true : text === "0" ? false : undefined);
  const memoryFraction = read(
    "RETABLE_CUDA_MEMORY_FRACTION",
    "a number above 0 to 1",
    (text) => Number(text) > 0 && Number(text) <= 1 ? Number(text) : undefined,
  );
  const preallocate = flag("RETABLE_CUDA_PREALLOCATE");
  const deterministic = flag("RETABLE_CUDA_DETERMINISTIC");
  return {
    ...(memoryFraction === undefined ? {} : { memoryFraction }),
    ...(preallocate === undefined ? {} : { preallocate }),
    ...(deterministic === undefined ? {} : { deterministic }),
  };
}
