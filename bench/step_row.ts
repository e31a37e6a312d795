import type { Measured } from "./interleave.ts";
import type { Greeting } from "./participant.ts";
import { figures, tableLines } from "./table.ts";

/** A row of the benchmark. What was not measured is null, and `note` says why. */
export interface StepRow {
  readonly engine: string;
  readonly device: string;
  readonly net: string;
  /** Images of a joint forward: labelled ones, and a weak and a strong view of twice as many. 0 without a net. */
  readonly batch: number;
  /** Of a step: median of the turns. */
  readonly ms: number | null;
  readonly cpu_seconds: number | null;
  /** The most memory the process had. */
  readonly peak_mb: number | null;
  /** Time of a step over that of eager PyTorch on the same device. */
  readonly ratio: number | null;
  /** Processor time over that of eager PyTorch: other programs disturb it less than `ratio`. */
  readonly cpu_ratio: number | null;
  /** Memory over that of eager PyTorch. */
  readonly memory_ratio: number | null;
  /** Fastest and slowest turn. */
  readonly ms_range: readonly [number, number] | null;
  readonly turns: number;
  readonly steps_per_turn: number | null;
  /** First step, when some engines finish their work. */
  readonly first_ms: number | null;
  readonly record_ms: number | null;
  /** Lowering and compiling anew, and from the cache of what was compiled. */
  readonly ready_ms: number | null;
  readonly cached_ms: number | null;
  readonly threads: number;
  /** Pipeline of the strong view; "none" where there are no views. */
  readonly strong: string;
  readonly version: string | null;
  readonly note: string | null;
}

function rounded(value: number | undefined, decimals: number): number | null {
  return value === undefined ? null : Number(value.toFixed(decimals));
}

export function stepRow(
  { measured, peer, greeting, batch, net, strong, ...named }:
    & Pick<StepRow, "engine" | "device" | "net" | "batch" | "threads" | "strong" | "note">
    & {
      readonly greeting: Greeting;
      readonly measured: Measured | undefined;
      readonly peer: Measured | undefined;
    },
): StepRow {
  const facts = greeting.absent === undefined ? greeting : {};
  const over = (of: (measured: Measured) => number) =>
    measured && peer ? rounded(of(measured) / of(peer), 3) : null;
  return {
    engine: named.engine,
    device: named.device,
    net,
    batch: net === "none" ? 0 : 5 * batch,
    ms: rounded(measured?.milliseconds, 3),
    cpu_seconds: rounded(measured?.cpuSeconds, 5),
    peak_mb: rounded(measured && measured.peakBytes / 1e6, 1),
    ratio: over(({ milliseconds }) => milliseconds),
    cpu_ratio: over(({ cpuSeconds }) => cpuSeconds),
    memory_ratio: over(({ peakBytes }) => peakBytes),
    ms_range: measured
      ? [rounded(measured.rangeMilliseconds[0], 3)!, rounded(measured.rangeMilliseconds[1], 3)!]
      : null,
    turns: measured?.turns ?? 0,
    steps_per_turn: measured?.stepsPerTurn ?? null,
    first_ms: rounded(measured?.firstMilliseconds, 1),
    record_ms: rounded(facts.recordMilliseconds, 1),
    ready_ms: rounded(facts.readyMilliseconds, 1),
    cached_ms: rounded(facts.cachedMilliseconds, 1),
    threads: named.threads,
    strong: net === "none" ? "none" : strong,
    version: facts.version ?? null,
    note: named.note,
  };
}

const HEAD = [
  ...["engine", "ms", "range", "CPU s", "MB", "ms ×", "CPU ×", "MB ×"],
  ...["record", "ready (cached)"],
];

/** The rows of one net as a table of at most 100 columns, under a line that says what it is. */
export function stepTable(rows: readonly StepRow[], rounds: number): string[] {
  const [first] = rows;
  if (!first) return [];
  const { net, batch, threads } = first;
  const strong = rows.find((row) => row.strong !== "none")?.strong;
  const version = rows.find((row) => row.version !== null)?.version;
  const what = net === "none"
    ? "160 state tensors and no work"
    : `${net}, ${batch} images, ${strong ?? "no views"}`;
  const peer = version ? `; × PyTorch ${version}` : "";
  const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  const shown = rows.filter(({ ms }) => ms !== null);
  return [
    `${what}; ${counted(threads, "thread")}, ${counted(rounds, "round")}${peer}`,
    ...tableLines(HEAD, shown.map(cells)),
    ...rows.filter(({ note }) => note !== null).map(({ engine, device, note }) =>
      `${engine} (${device}): ${note}`
    ),
  ];
}

function cells(row: StepRow): string[] {
  const { engine, device, ms, ms_range: range, cpu_seconds: cpu, peak_mb: peak } = row;
  const whole = (value: number | null) => value === null ? "" : value.toFixed(0);
  return [
    device === "cpu" ? engine : `${engine} (${device})`,
    ms === null ? "" : figures(ms),
    range === null ? "" : `${figures(range[0])}–${figures(range[1])}`,
    cpu === null ? "" : cpu < 0.01 ? cpu.toFixed(5) : figures(cpu),
    whole(peak),
    ...[row.ratio, row.cpu_ratio, row.memory_ratio].map((value) => value?.toFixed(2) ?? ""),
    whole(row.record_ms),
    row.cached_ms === null
      ? whole(row.ready_ms)
      : `${whole(row.ready_ms)} (${whole(row.cached_ms)})`,
  ];
}
