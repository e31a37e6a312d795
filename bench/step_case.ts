/** One net with those who step it side by side. */
import { fileURLToPath } from "node:url";
import { hasGpu, locateEngine } from "../src/engines/mod.ts";
import { interleave, type InterleaveOptions, type Measured } from "./interleave.ts";
import { type Participant, startParticipant } from "./participant.ts";
import { type StepRow, stepRow } from "./step_row.ts";
import type { StepWorkerOptions } from "./step_worker.ts";

/** What is measured. */
export interface StepCase {
  /** A net, or `none`: a program of 160 state tensors and no work. */
  readonly net: string;
  /** B, labelled images a step. */
  readonly batch: number;
  /** Of the wide residual network; absent without a net. */
  readonly depth?: number;
  readonly width?: number;
}

export interface StepCaseOptions {
  readonly engines: readonly string[];
  /** The device of a GPU is left out without one. */
  readonly devices: readonly Device[];
  readonly threads: number;
  readonly rounds: number;
  /** Pipeline of the strong view. */
  readonly strong: string;
  /** The Python that PyTorch is looked for in. */
  readonly python: string;
  /** Whether PyTorch takes part. */
  readonly peer: boolean;
  /** Is told of every turn, as `interleave` does. */
  readonly onTurn: NonNullable<InterleaveOptions["onTurn"]>;
}

export type Device = "cpu" | "cuda";

/** Someone who may take part. */
interface Entrant {
  readonly engine: string;
  readonly device: Device;
  /** Why it does not; else `start` starts it. */
  readonly absent?: string;
  readonly start: () => Promise<Participant>;
}

const permissions = ["read", "write", "env", "sys", "ffi"].map((name) => `--allow-${name}`);

function ours(
  { engine, device }: { readonly engine: string; readonly device: Device },
  { net, batch }: StepCase,
  { threads, strong }: StepCaseOptions,
): Entrant {
  const options: StepWorkerOptions = {
    engine: engine === "xla" ? `xla:${device}` : engine,
    threads,
    ...(net === "none" ? {} : { trial: { net, batch, strong } }),
  };
  const worker = fileURLToPath(new URL("step_worker.ts", import.meta.url));
  return {
    engine,
    device,
    ...absence(engine, device),
    start: () =>
      startParticipant(engine, {
        command: Deno.execPath(),
        args: ["run", "--quiet", "--no-prompt", ...permissions, worker, JSON.stringify(options)],
      }),
  };
}

function absence(engine: string, device: Device): { readonly absent?: string } {
  if (device === "cuda" && !hasGpu()) return { absent: "not run: no GPU" };
  const name = device === "cuda" ? "cuda" : engine;
  if (name !== "cuda" && name !== "tensorflow" && name !== "xla") return {};
  const location = locateEngine(name);
  if (location.state === "ready") return {};
  if (location.state === "absent") return { absent: `not installed: ${location.command}` };
  return { absent: `${location.state}: ${location.reason}` };
}

function pytorch(
  { device, mode }: { readonly device: Device; readonly mode: "eager" | "compiled" },
  { batch, depth, width }: StepCase,
  { threads, python }: StepCaseOptions,
): Entrant {
  const engine = mode === "eager" ? PEER : `${PEER} compiled`;
  const script = fileURLToPath(new URL("step_torch.py", import.meta.url));
  return {
    engine,
    device,
    ...(device === "cuda" && !hasGpu() ? { absent: "not run: no GPU" } : {}),
    start: () =>
      startParticipant(engine, {
        command: python,
        args: [script, ...[depth, width, batch, threads].map(String), device, mode],
      }),
  };
}

/** Who everyone is compared with. */
const PEER = "pytorch";

function entrants(one: StepCase, options: StepCaseOptions): Entrant[] {
  const found: Entrant[] = [];
  for (const device of options.devices) {
    for (const engine of options.engines) {
      if (device === "cuda" && engine !== "xla") continue;
      found.push(ours({ engine, device }, one, options));
    }
    if (!options.peer || one.net === "none") continue;
    found.push(pytorch({ device, mode: "eager" }, one, options));
    if (device === "cuda") found.push(pytorch({ device, mode: "compiled" }, one, options));
  }
  return found;
}

/** Steps a net on all engines and PyTorch in turn; a row for each, also for who is not there. */
export async function measureCase(one: StepCase, options: StepCaseOptions): Promise<StepRow[]> {
  const all = entrants(one, options);
  const started: (Participant | undefined)[] = [];
  try {
    for (const { absent, start } of all) started.push(absent ? undefined : await start());
    const taking = started.filter((participant) =>
      participant !== undefined && participant.greeting.absent === undefined
    ) as Participant[];
    const measured = new Map<Participant, Measured>();
    for (const device of options.devices) {
      const group = taking.filter((participant) =>
        all[started.indexOf(participant)]!.device === device
      );
      if (group.length === 0) continue;
      // Less than a millisecond a step: a fifth of a second is plenty.
      const turnSeconds = one.net === "none" ? 0.2 : 1;
      const { rounds, onTurn } = options;
      const results = await interleave(group, { rounds, turnSeconds, onTurn });
      group.forEach((participant, index) => measured.set(participant, results[index]!));
    }
    const resultOf = (index: number) => {
      const participant = started[index];
      return participant && measured.get(participant);
    };
    return all.map(({ engine, device, absent }, index) => {
      const peer = all.findIndex((other) => other.engine === PEER && other.device === device);
      return stepRow({
        engine,
        device,
        net: one.net,
        batch: one.batch,
        threads: options.threads,
        strong: engine.startsWith(PEER) ? "none" : options.strong,
        note: absent ?? started[index]?.greeting.absent ?? null,
        greeting: started[index]?.greeting ?? { absent: "" },
        measured: resultOf(index),
        peer: resultOf(peer),
      });
    });
  } finally {
    for (const participant of started) await participant?.stop();
  }
}
