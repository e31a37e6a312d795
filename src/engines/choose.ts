import type { EngineName } from "./catalogue.ts";
import { hasGpu } from "./gpu.ts";
import { locateEngine, type Location } from "./locate.ts";
import { hasCache, type Places } from "./places.ts";

/** An engine that can run, and where. */
export interface Candidate {
  readonly engine: "tensorflow" | "xla" | "wasm";
  readonly device: "cpu" | "cuda";
  /** What it is called in the catalogue; null for `wasm`, which needs nothing. */
  readonly installed: EngineName | null;
}

/** What `auto` would take, in this order, and what it passes over. */
export interface Choice {
  /** Never empty: `wasm` is always there. */
  readonly candidates: readonly [Candidate, ...Candidate[]];
  /** A line for each engine that is installed but broken. */
  readonly skipped: readonly string[];
}

const order: readonly Candidate[] = [
  { engine: "xla", device: "cuda", installed: "cuda" },
  { engine: "tensorflow", device: "cpu", installed: "tensorflow" },
  { engine: "xla", device: "cpu", installed: "xla" },
];
const last: Candidate = { engine: "wasm", device: "cpu", installed: null };

/** A GPU if one is usable, else TensorFlow, else XLA, else wasm. */
export function chooseEngine(
  places?: Places,
  { gpu = hasGpu() }: { readonly gpu?: boolean } = {},
): Choice {
  const candidates: Candidate[] = [];
  const skipped: string[] = [];
  // A machine without a home has no engines, which is no error here.
  if (!places && !hasCache()) return { candidates: [last], skipped };
  for (const candidate of order) {
    if (candidate.device === "cuda" && !gpu) continue;
    const found = locateEngine(candidate.installed!, places);
    if (found.state === "ready") candidates.push(candidate);
    if (found.state === "broken") {
      skipped.push(`the engine ${candidate.installed} is not used: ${describeFault(found)}`);
    }
  }
  const [first = last, ...rest] = candidates;
  return { candidates: [first, ...rest, ...(first === last ? [] : [last])], skipped };
}

/** What is wrong and what to do, in one sentence. */
export function describeFault(location: Exclude<Location, { state: "ready" }>): string {
  switch (location.state) {
    case "unsupported":
      return location.reason;
    case "absent":
      return `it is not installed; to install it: ${location.command}`;
    case "broken":
      return `${location.reason}; to install it anew: ${location.command}`;
  }
}
