import { MEMORY_ADVICE } from "../out_of_memory.ts";
import type { Client } from "./pjrt/client.ts";
import { PjrtError } from "./pjrt/error.ts";
import { type DeviceMemory, deviceMemory, type ProgramMemory } from "./pjrt/memory_stats.ts";

/** The device has not the memory that a program or tensor needs. */
export class OutOfDeviceMemory extends Error {
  override name = "OutOfDeviceMemory";
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 24 ? 1 : 0)} MiB`;
}

function deviceText(memory: DeviceMemory): string {
  const parts = [
    ["in use", memory.bytesInUse],
    ["at most in use", memory.peakBytesInUse],
    ["limit", memory.bytesLimit],
    ["largest free block", memory.largestFreeBlockBytes],
  ] as const;
  const known = parts.flatMap(([name, bytes]) =>
    bytes === undefined ? [] : [`${name} ${megabytes(bytes)}`]
  );
  return known.length ? `the device: ${known.join(", ")}` : "the device keeps no statistics";
}

function programText(memory: ProgramMemory): string {
  return `the program: inputs ${megabytes(memory.argumentBytes)}, outputs ${
    megabytes(memory.outputBytes)
  } (${megabytes(memory.aliasBytes)} of them in place of inputs), temporary ${
    megabytes(memory.temporaryBytes)
  }`;
}

/** What is known of memory when it runs out. */
export interface MemoryFacts {
  readonly device: DeviceMemory;
  readonly program?: ProgramMemory | undefined;
  /** The plugin's own words. */
  readonly detail?: string;
}

/** The error to throw when memory ran out while `what`. */
export function outOfMemory(what: string, facts: MemoryFacts): OutOfDeviceMemory {
  const parts = [
    deviceText(facts.device),
    ...(facts.program ? [programText(facts.program)] : []),
    ...(facts.detail ? [facts.detail] : []),
  ];
  return new OutOfDeviceMemory(
    `${what}: out of memory on the device; ${
      parts.join("; ").replace(/\.$/, "")
    }. ${MEMORY_ADVICE}; other programs on the device may hold memory`,
  );
}

/** An error of the plugin made clear: memory that ran out with the device's statistics, others with what was being done. */
export function explained(
  error: unknown,
  context: { what: string; client: Client; program?: ProgramMemory | undefined },
): unknown {
  if (!(error instanceof PjrtError)) return error;
  const { what, client, program } = context;
  if (error.code !== "RESOURCE_EXHAUSTED") {
    return new Error(
      `${what}: ${error.code}: ${error.detail} (${error.call})`,
    );
  }
  return outOfMemory(what, { device: deviceMemory(client), program, detail: error.detail });
}

/** Throws if a program needs more memory than there is at all: a CPU plugin would end the process. */
export function checkFits(
  program: ProgramMemory | undefined,
  client: Client,
): void {
  if (!program) return;
  const device = deviceMemory(client);
  const limit = device.bytesLimit ??
    (client.platform.toLowerCase() === "cpu" ? Deno.systemMemoryInfo().total : Infinity);
  const needed = program.argumentBytes + program.outputBytes - program.aliasBytes +
    program.temporaryBytes;
  if (needed <= limit) return;
  throw outOfMemory(`A program that needs ${megabytes(needed)} of ${megabytes(limit)}`, {
    device,
    program,
  });
}
