import { elementCount, type Program } from "../../program.ts";
import { elementBytes } from "./lowering.ts";

/** Scratch that one call needs while it runs. */
export interface Scratch {
  readonly slot: number;
  readonly call: number;
  readonly bytes: number;
}

/** Where the values of a program live. */
export interface MemoryPlan {
  /** Bytes of the arena. */
  readonly bytes: number;
  /** Slot -> offset in the arena, for values made by calls and for scratch. */
  readonly offsets: ReadonlyMap<number, number>;
  /** Value -> the value whose memory it shares; itself if none. */
  readonly roots: readonly number[];
}

/** What the plan needs to know besides the program. */
export interface PlanOptions {
  /** For each call, inputs that its output 0 may overwrite. */
  readonly inPlace: readonly (readonly number[])[];
  readonly scratch: readonly Scratch[];
}

interface Lifetime {
  readonly slot: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

const ALIGNMENT_BYTES = 64;

/**
 * Assigns every value a place for the time from the call that writes it to the last that reads it. A Reshape shares its input's memory;
 * a call may overwrite an input that nobody reads later. Outputs live to the end.
 */
export function planMemory(program: Program, { inPlace, scratch }: PlanOptions): MemoryPlan {
  const end = program.calls.length;
  const roots = program.values.map((_, value) => value);
  const first = roots.map(() => -1);
  const last = roots.map(() => -1);
  const root = (value: number) => roots[value] ?? value;
  for (const [index, call] of program.calls.entries()) {
    const [x = 0] = call.inputs;
    const [y = 0] = call.outputs;
    if (call.kernel === "Reshape") roots[y] = root(x);
    else for (const value of call.outputs) first[value] = last[value] = index;
    for (const value of call.inputs) last[root(value)] = index;
  }
  for (const value of Object.values(program.outputs)) last[root(value)] = end;

  // In the order of calls, so that a chain of calls may work in one place.
  const merged = new Map<number, number>();
  const place = (value: number): number => {
    const of = root(value);
    const into = merged.get(of);
    return into === undefined ? of : place(into);
  };
  for (const [index, call] of program.calls.entries()) {
    const [y = 0] = call.outputs;
    for (const i of inPlace[index] ?? []) {
      const into = place(call.inputs[i] ?? 0);
      if (last[into] !== index || (first[into] ?? -1) < 0) continue;
      merged.set(y, into);
      last[into] = last[y] ?? index;
      break;
    }
  }
  const shared = roots.map((_, value) => place(value));
  const lifetimes: Lifetime[] = scratch.map(({ slot, call, bytes }) => ({
    slot,
    bytes,
    first: call,
    last: call,
  }));
  for (const [slot, spec] of program.values.entries()) {
    const [from = -1, to = -1] = [first[slot], last[slot]];
    if (shared[slot] !== slot || from < 0) continue;
    lifetimes.push({
      slot,
      bytes: elementBytes(spec) * elementCount(spec.shape),
      first: from,
      last: to,
    });
  }
  return { ...packLifetimes(lifetimes), roots: shared };
}

/** Largest first, each at the lowest place that is free for its whole life. */
function packLifetimes(
  lifetimes: readonly Lifetime[],
): { bytes: number; offsets: Map<number, number> } {
  const placed: { lifetime: Lifetime; offset: number; end: number }[] = [];
  const offsets = new Map<number, number>();
  let total = 0;
  const order = [...lifetimes].sort((a, b) =>
    b.bytes - a.bytes || a.first - b.first || a.slot - b.slot
  );
  for (const lifetime of order) {
    const bytes = Math.ceil(lifetime.bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    let offset = 0;
    for (const other of placed) {
      if (other.lifetime.last < lifetime.first || other.lifetime.first > lifetime.last) continue;
      if (other.offset >= offset + bytes) break;
      offset = Math.max(offset, other.end);
    }
    offsets.set(lifetime.slot, offset);
    total = Math.max(total, offset + bytes);
    if (bytes === 0) continue;
    const at = placed.findIndex((other) => other.offset > offset);
    placed.splice(at < 0 ? placed.length : at, 0, { lifetime, offset, end: offset + bytes });
  }
  return { bytes: total, offsets };
}
