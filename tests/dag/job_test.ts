import assert from "node:assert/strict";
import { makeJob } from "../../src/dag/job.ts";

/** Threads of a job of a stage, for a run with these options. */
function threadsOf(stage: { readonly allCores?: boolean }, run: {
  readonly jobs: number;
  readonly threads?: number;
}): number {
  const node = { stage: { ...stage, name: "a", version: 1, module: "" }, label: "a" };
  const plan = {
    graph: { code: { tree: { path: (url: string) => url, relative: (path: string) => path } } },
    store: { root: "" },
    engine: { family: "wasm" },
  };
  const ready = { node, key: "", inputs: {}, wait: false } as unknown as Parameters<
    typeof makeJob
  >[0];
  const options = { id: 1, plan, copy: "", run } as unknown as Parameters<typeof makeJob>[1];
  return makeJob(ready, options).threads;
}

const cores = navigator.hardwareConcurrency;

Deno.test("makeJob() gives a stage its worker's cores, or those of all workers where it says so", () => {
  assert.equal(threadsOf({}, { jobs: cores, threads: 1 }), 1);
  assert.equal(threadsOf({ allCores: true }, { jobs: cores, threads: 1 }), cores);
  assert.equal(threadsOf({ allCores: true }, { jobs: 1, threads: 1 }), 1);
  assert.equal(threadsOf({ allCores: true }, { jobs: 1 }), cores);
  // Never more than there are, unless one worker was given more.
  assert.equal(threadsOf({ allCores: true }, { jobs: 8 * cores, threads: 1 }), cores);
  assert.equal(threadsOf({ allCores: true }, { jobs: 2, threads: 4 * cores }), 4 * cores);
});
