import { join } from "node:path";
import { parseCheckpointName } from "./checkpoint_name.ts";
import type { RunRecord } from "./run_record.ts";
import { MAX_HEADER_BYTES } from "./safetensors.ts";

/** Where a run can go on. */
export interface CheckpointPosition {
  /** Absolute path of the checkpoint. */
  readonly path: string;
  /** Steps done. */
  readonly step: number;
}

/**
 * The newest checkpoint in a folder whose header can be read: nothing else of it is looked at. Undefined if there is none.
 */
export function checkpointPosition(folder: string): CheckpointPosition | undefined {
  for (const path of pathsIn(folder)) {
    const step = stepIn(path);
    if (step !== undefined) return { path, step };
  }
  return undefined;
}

/** Newest first. */
function pathsIn(folder: string): string[] {
  try {
    const found = Array.from(Deno.readDirSync(folder)).flatMap(({ name }) => {
      const parsed = parseCheckpointName(name);
      return parsed ? [{ path: join(folder, name), number: parsed.number }] : [];
    });
    return found.sort((a, b) => b.number - a.number).map(({ path }) => path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function stepIn(path: string): number | undefined {
  try {
    using file = Deno.openSync(path);
    const bytes = Number(new DataView(read(file, 8).buffer).getBigUint64(0, true));
    if (bytes > MAX_HEADER_BYTES) return undefined;
    const header = JSON.parse(new TextDecoder().decode(read(file, bytes)));
    const record: Partial<RunRecord> = JSON.parse(header.__metadata__.record);
    return typeof record.step === "number" ? record.step : undefined;
  } catch {
    // Damaged, or deleted by the run that wrote a newer one.
    return undefined;
  }
}

/** Exactly `length` bytes. Throws a RangeError where the file ends before. */
function read(file: Deno.FsFile, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const more = file.readSync(bytes.subarray(done));
    if (more === null) throw new RangeError(`Expected ${length} bytes, found ${done}`);
    done += more;
  }
  return bytes;
}
