import { join } from "node:path";

/** The file in the output of a stage `weights`. */
export function weightsPath(directory: string): string {
  return join(directory, "weights.safetensors");
}
