import assert from "node:assert/strict";
import { aggregate } from "../../src/report/aggregate.ts";

Deno.test("aggregate() gives mean and population deviation, whatever the order of seeds", () => {
  const values = [
    { cell: "a", seed: 2, value: 85.38 },
    { cell: "b", seed: 0, value: 10 },
    { cell: "a", seed: 0, value: 85.84 },
    { cell: "a", seed: 1, value: 86.35 },
  ];
  // The published CPE cell 85.86 ± 0.40 comes from these three runs.
  const found = aggregate(values);
  assert.deepEqual([...found.keys()], ["a", "b"]);
  assert.equal(found.get("a")?.count, 3);
  assert.equal(found.get("a")?.mean.toFixed(2), "85.86");
  assert.equal(found.get("a")?.spread?.toFixed(2), "0.40");
  assert.deepEqual(found.get("b"), { count: 1, mean: 10, spread: null });
  assert.deepEqual(aggregate(values.toReversed()), found);
});

Deno.test("aggregate() gives no spread to equal seeds and nothing to no seeds", () => {
  const equal = [0, 1].map((seed) => ({ cell: "a", seed, value: 50 }));
  assert.deepEqual(aggregate(equal).get("a"), { count: 2, mean: 50, spread: 0 });
  assert.equal(aggregate([]).size, 0);
});

Deno.test("aggregate() refuses what is not a number", () => {
  for (const value of [NaN, Infinity]) {
    const message = `internal: seed 1 of fixmatch/c10 has the value ${value}, not a number`;
    assert.throws(() => aggregate([{ cell: "fixmatch/c10", seed: 1, value }]), { message });
  }
});
