import type { EngineChoice, Plan } from "../dag/mod.ts";
import {
  chooseEngine,
  cudaSettings,
  describeFault,
  hasCache,
  hasGpu,
  installCommand,
  locateEngine,
  locateNodePackage,
  type Location,
} from "../engines/mod.ts";
import { UserError } from "../errors.ts";
import { estimate } from "../sweep/estimate.ts";
import { formatDuration } from "./duration.ts";

/** The engine of a command: what its plan looks for and what would compute. */
export interface EngineUse extends EngineChoice {
  /** Installed engines that are passed over because they are broken. */
  readonly skipped: readonly string[];
  /** Why the engine that was named cannot compute here; null if it can. */
  readonly fault: string | null;
}

/** Resolves `--engine` and `--device`: without a name, the fastest engine that is there. Loads none. */
export function chooseFor(name: string | null, device: string | null): EngineUse {
  const onGpu = device !== null && device !== "cpu";
  if (name === null && !onGpu) {
    const gpu = device === null && hasGpu();
    const { candidates: [{ engine }], skipped } = chooseEngine(undefined, { gpu });
    return { family: engine, given: false, skipped, fault: null, ...deviceOf(engine, device) };
  }
  const family = name ?? "xla";
  const given = { family, given: name !== null, skipped: [], ...deviceOf(family, device) };
  if (family === "tfjs-node-gpu") return { ...given, fault: faultOf(locateNodePackage()) };
  if (family !== "tensorflow" && family !== "xla") return { ...given, fault: null };
  if (onGpu && !hasGpu()) return { ...given, fault: "NVIDIA's driver is not installed" };
  const cuda = locateEngine("cuda");
  const usesCuda = onGpu || (device === null && hasGpu() && cuda.state === "ready");
  const location = family === "xla" && usesCuda ? cuda : locateEngine(family);
  return { ...given, fault: faultOf(location) };
}

/** Only `xla` has a choice. */
function deviceOf(engine: string, device: string | null): { readonly device?: string } {
  return engine === "xla" && device !== null ? { device } : {};
}

function faultOf(location: Location): string | null {
  return location.state === "ready" ? null : describeFault(location);
}

/** Whether a plan has something left to compute with an engine. */
function computes(plan: Plan): boolean {
  return plan.nodes.some(({ node, wanted, state }) =>
    node.stage.engine && wanted && state !== "cached" && state !== "impossible"
  );
}

/** Refuses to start a run for which the engine that was named, or the environment's word on it, cannot be used: a UserError that says what to do. */
export function checkEngineUse({ family, fault }: EngineUse, plan: Plan): void {
  if (!computes(plan)) return;
  if (family === "xla") cudaSettings();
  if (fault === null) return;
  throw new UserError(`--engine: the engine "${family}" cannot be used: ${fault}`);
}

/** Above this time, a run on `wasm` is worth a faster engine. */
const patienceSeconds = 300;

/** What a user should know of the engine before a run: what is passed over, and what would be faster. */
export function engineAdvice(use: EngineUse, plan: Plan): string[] {
  if (!computes(plan)) return [];
  if (use.family !== "wasm") return [...use.skipped];
  const { seconds, roughSeconds } = estimate(plan);
  const all = seconds + roughSeconds;
  const faster = all > patienceSeconds ? fasterEngine() : undefined;
  if (!faster) return [...use.skipped];
  const time = roughSeconds > seconds ? `roughly ${formatDuration(all)}` : formatDuration(all);
  return [
    ...use.skipped,
    `this takes ${time} of one worker's time on wasm; the engine ${faster} is faster` +
    (locateEngine(faster).state === "ready"
      ? `: --engine ${faster === "cuda" ? "xla" : faster}`
      : `; to install it: ${installCommand(faster)}`),
  ];
}

/** The engine that suits this machine, if there is one for it. */
function fasterEngine(): "cuda" | "tensorflow" | undefined {
  if (!hasCache()) return undefined;
  const suited = hasGpu() ? ["cuda", "tensorflow"] as const : ["tensorflow"] as const;
  return suited.find((name) => locateEngine(name).state !== "unsupported");
}
