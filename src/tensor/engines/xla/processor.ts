import { cpus } from "node:os";
import { hashJson } from "../../../dag/hash.ts";

/** Model and instruction sets of the processor: code compiled for one may not run on another. */
export function processorIdentity(): string {
  const model = cpus()[0]?.model ?? "unknown";
  let flags = "";
  try {
    const text = Deno.readTextFileSync("/proc/cpuinfo");
    flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1] ?? "";
  } catch {
    // Not on this system.
  }
  return hashJson("processor", [Deno.build.arch, model, flags.split(" ").sort()]);
}
