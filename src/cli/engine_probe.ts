import {
  describeFault,
  hasGpu,
  locateEngine,
  locateNodePackage,
  type Location,
} from "../engines/mod.ts";
import { join } from "node:path";
import { project } from "./flags.ts";

/** What a check of `doctor` found. */
export interface Finding {
  /** Works, does not, or (null) neither: not there, and need not be. */
  readonly good: boolean | null;
  readonly what: string;
  readonly note: string;
}

const permissions = ["read", "write", "ffi", "sys", "env"].map((name) => `--allow-${name}`);

/** Runs a real training step on an engine in this process. `device` as `--device` names it. */
export async function probeEngine(name: string, device: string | null = null): Promise<Finding> {
  const full = device === null ? name : `${name}:${device}`;
  const what = `engine ${full}`;
  try {
    const { timeEngine } = await import("../sweep/time_engine.ts");
    const said: string[] = [];
    const { net, batch, milliseconds, loss } = await timeEngine(full, (line) => said.push(line));
    const text =
      `one step of ${net}, ${batch} images of 32 × 32, on one core: ${
        milliseconds.toFixed(0)
      } ms, ` +
      `loss ${loss.toFixed(3)}`;
    return { good: true, what, note: [text, ...said].join("; ") };
  } catch (error) {
    return { good: false, what, note: error instanceof Error ? error.message : String(error) };
  }
}

/** The same in a process of its own: an engine's library may bring its process down, and two do not mix. */
async function probeApart(name: string): Promise<Finding> {
  const { code, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", ...permissions, join(project, "pipeline.ts")],
      ...["doctor", "--engine", name, "--json"],
    ],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  try {
    const [finding] = JSON.parse(decoder.decode(stdout)) as readonly Finding[];
    if (finding) return finding;
  } catch {
    // What it said instead follows.
  }
  const said = decoder.decode(stderr).trim().split("\n").slice(-3).join(" ");
  const end = signal === null ? `code ${code}` : signal;
  return { good: false, what: `engine ${name}`, note: `its process ended with ${end}: ${said}` };
}

/** Checks every engine that is installed, and says of the others how to get them. */
export async function* probeEngines(): AsyncGenerator<Finding> {
  yield await probeEngine("wasm");
  const cuda = locateEngine("cuda");
  const gpu = hasGpu();
  for (const name of ["tensorflow", "xla"] as const) {
    const location = name === "xla" && gpu && cuda.state === "ready" ? cuda : locateEngine(name);
    yield location.state === "ready" ? await probeApart(name) : findingOf(name, location);
  }
  if (gpu && cuda.state !== "ready") yield findingOf("cuda", cuda);
  const node = locateNodePackage();
  if (node.state === "ready") yield await probeApart("tfjs-node-gpu");
  if (node.state === "broken") yield findingOf("tfjs-node-gpu", node);
}

function findingOf(name: string, location: Exclude<Location, { state: "ready" }>): Finding {
  const good = location.state === "broken" ? false : null;
  return { good, what: `engine ${name}`, note: describeFault(location) };
}
