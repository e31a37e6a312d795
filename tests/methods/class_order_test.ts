import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { classRanks, interval, logPrior } from "../../src/methods/class_order.ts";

Deno.test("classRanks() sort by labelled count, ties by index", () => {
  deepStrictEqual(classRanks([5, 9, 5, 7]), [2, 0, 3, 1]);
});

Deno.test("interval() makes runs of nearly equal length, the first half the larger one", () => {
  const of = (classes: number, count: number) =>
    Array.from({ length: classes }, (_, rank) => interval(rank, { count, classes }));
  deepStrictEqual(of(5, 2), [0, 0, 0, 1, 1]);
  deepStrictEqual(of(10, 4), [0, 0, 0, 1, 1, 2, 2, 2, 3, 3]);
});

Deno.test("logPrior() is the log of the frequencies and refuses an absent class", () => {
  const [first, second] = logPrior([3, 1]);
  ok(Math.abs(first! - Math.log(0.75)) < 1e-15 && Math.abs(second! - Math.log(0.25)) < 1e-15);
  throws(() => logPrior([3, 0]), /none of class 1/);
});
