import assert from "node:assert/strict";
import { samplerOrder } from "../../src/data/sampler_order.ts";
import { hex } from "./fixtures.ts";
import { goldenJson, goldenTest } from "../golden.ts";

interface GoldenSampler {
  readonly n: number;
  readonly num_samples: number;
  readonly epoch: number;
  readonly first20: number[];
  readonly last5: number[];
  readonly sha256: string;
}

goldenTest("samplerOrder() equals the golden orders", async () => {
  const { sampler } = await goldenJson<{ sampler: GoldenSampler[] }>("loop.json");
  assert.ok(sampler.length > 0);
  for (const { n, num_samples, epoch, first20, last5, sha256 } of sampler) {
    const order = samplerOrder({ count: n, samples: num_samples, epoch });
    assert.deepEqual([...order.subarray(0, 20)], first20);
    assert.deepEqual([...order.subarray(-5)], last5);
    assert.equal(hex("sha256", new Uint8Array(order.buffer)), sha256);
  }
});

Deno.test("samplerOrder() holds every image once before it repeats", () => {
  const order = samplerOrder({ count: 10, samples: 25, epoch: 4 });
  assert.equal(order.length, 25);
  const all = [...Array(10).keys()];
  assert.deepEqual([...order.subarray(0, 10)].sort((a, b) => a - b), all);
  assert.deepEqual([...order.subarray(10, 20)].sort((a, b) => a - b), all);
  assert.equal(new Set(order.subarray(20)).size, 5);
});

Deno.test("samplerOrder() throws for nothing to draw from", () => {
  assert.throws(() => samplerOrder({ count: 0, samples: 4, epoch: 0 }), /at least one image/);
});
