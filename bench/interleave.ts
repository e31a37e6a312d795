import type { Participant, Turn } from "./participant.ts";

/** What `interleave` measured of a participant. Times are of one step. */
export interface Measured {
  /** Median of the turns' means, and the turns' extremes. */
  readonly milliseconds: number;
  readonly rangeMilliseconds: readonly [least: number, most: number];
  /** Median of the turns' means. */
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  /** Of the first step, which is not among the timed ones. */
  readonly firstMilliseconds: number;
  readonly turns: number;
  readonly stepsPerTurn: number;
}

export interface InterleaveOptions {
  /** Turns of each participant after the warm-up. */
  readonly rounds: number;
  /** A turn takes at least about so long: it has as many steps as fit, and at least one. Default 1. */
  readonly turnSeconds?: number;
  /** Is told of every turn: whose it was, in which round (0: warm-up), and how long a step took. */
  readonly onTurn?: (name: string, turn: { readonly round: number; readonly ms: number }) => void;
}

/** Whoever takes longer than this many times the fastest one's step has a turn in every third round only. */
const SLOW = 3;

/** The warm-up after the first step takes about so long, but at most 20 steps. */
const WARM_UP_MILLISECONDS = 200;

/**
 * Lets participants take turns, one computing at a time, so that what else the machine does falls on all of them alike. Each
 * warms up by two steps first, or a few more where they are short, and begins every turn with a step that is not timed: caches, and pages
 * that its last step gave back, have gone to the others meanwhile, as between the steps of a training they do not.
 */
export async function interleave(
  participants: readonly Participant[],
  { rounds, turnSeconds = 1, onTurn = () => {} }: InterleaveOptions,
): Promise<Measured[]> {
  const first: number[] = [];
  const second: number[] = [];
  for (const participant of participants) {
    const { milliseconds } = await checked(participant, 1);
    const count = Math.min(20, Math.max(1, Math.round(WARM_UP_MILLISECONDS / milliseconds)));
    const ms = (await checked(participant, count)).milliseconds / count;
    first.push(milliseconds);
    second.push(ms);
    onTurn(participant.name, { round: 0, ms });
  }
  const fastest = Math.min(...second);
  const steps = second.map((one) => Math.max(1, Math.round(1000 * turnSeconds / one)));
  const turns = participants.map((): Turn[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, participant] of participants.entries()) {
      if (second[index]! > SLOW * fastest && round % 3 > 0) continue;
      await checked(participant, 1);
      const turn = await checked(participant, steps[index]!);
      turns[index]!.push(turn);
      const ms = turn.milliseconds / steps[index]!;
      onTurn(participant.name, { round: round + 1, ms });
    }
  }
  return turns.map((own, index) => {
    const milliseconds = own.map((turn) => turn.milliseconds / steps[index]!);
    return {
      milliseconds: median(milliseconds),
      rangeMilliseconds: [Math.min(...milliseconds), Math.max(...milliseconds)],
      cpuSeconds: median(own.map((turn) => turn.cpuSeconds / steps[index]!)),
      peakBytes: Math.max(...own.map(({ peakBytes }) => peakBytes)),
      firstMilliseconds: first[index]!,
      turns: own.length,
      stepsPerTurn: steps[index]!,
    };
  });
}

async function checked(participant: Participant, steps: number): Promise<Turn> {
  const turn = await participant.turn(steps);
  if (turn.loss !== undefined && !Number.isFinite(turn.loss)) {
    throw new Error(`the loss of a step of ${participant.name} is ${turn.loss}`);
  }
  return turn;
}

/** The middle of the values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2;
}
