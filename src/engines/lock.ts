import { join } from "node:path";
import { type Lock, tryLock } from "../dag/lock.ts";
import { OutsideError } from "../errors.ts";
import type { Places } from "./places.ts";

/** Takes the lock on the engines' folder, which must be there. Throws an OutsideError if another process has it. */
export async function lockEngines({ root }: Places): Promise<Lock> {
  const lock = await tryLock(join(root, ".lock"));
  if (!lock) throw new OutsideError("Another `deno task engine` is at work: wait for it to end.");
  return lock;
}
