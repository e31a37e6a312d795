import { deepEqual, equal, rejects } from "node:assert/strict";
import { interleave, median } from "../../bench/interleave.ts";
import type { Participant } from "../../bench/participant.ts";

/** A participant whose steps take what the list says, the last of it for good; says in `log` that it was asked. */
function fake(
  name: string,
  { times, log = [], loss = 1 }: {
    readonly times: readonly number[];
    readonly log?: string[];
    readonly loss?: number;
  },
): Participant {
  let turn = 0;
  return {
    name,
    greeting: {},
    turn(steps) {
      log.push(`${name}${steps}`);
      const milliseconds = steps * times[Math.min(turn++, times.length - 1)]!;
      return Promise.resolve({
        milliseconds,
        cpuSeconds: milliseconds / 500,
        peakBytes: turn,
        loss,
      });
    },
    stop: () => Promise.resolve(),
  };
}

Deno.test("interleave() asks one after the other, round by round, after a warm-up of two steps, the first of every turn not timed", async () => {
  const log: string[] = [];
  const one = fake("a", { times: [9000, 1000, 7000, 1000, 7000, 3000, 7000, 2000], log });
  const other = fake("b", { times: [500], log });
  const [a, b] = await interleave([one, other], { rounds: 3 });
  equal(log.join(" "), "a1 a1 b1 b1 a1 a1 b1 b2 a1 a1 b1 b2 a1 a1 b1 b2");
  deepEqual(a, {
    milliseconds: 2000,
    rangeMilliseconds: [1000, 3000],
    cpuSeconds: 4,
    peakBytes: 8,
    firstMilliseconds: 9000,
    turns: 3,
    stepsPerTurn: 1,
  });
  deepEqual([b!.milliseconds, b!.cpuSeconds, b!.stepsPerTurn], [500, 1, 2]);
});

Deno.test("interleave() asks who is slow in every third round", async () => {
  const log: string[] = [];
  const slow = fake("s", { times: [9000], log });
  const [, measured] = await interleave([fake("f", { times: [1000], log }), slow], { rounds: 5 });
  equal(log.slice(4).join(" "), "f1 f1 s1 s1 f1 f1 f1 f1 f1 f1 s1 s1 f1 f1");
  equal(measured!.turns, 2);
});

Deno.test("interleave() names who has a loss that is not finite", async () => {
  const broken = fake("xyz", { times: [1], loss: NaN });
  await rejects(interleave([broken], { rounds: 1 }), /loss of a step of xyz is NaN/);
});

Deno.test("median() is the middle, or the mean of the two in the middle", () => {
  deepEqual([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
});
