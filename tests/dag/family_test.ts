import assert from "node:assert/strict";
import { execute, explainNode, makePlan, openProject } from "../../src/dag/mod.ts";
import { tryLock, waitForLock } from "../../src/dag/lock.ts";
import { Project } from "./project.ts";

Deno.test("makePlan() takes a result of another engine unless one was named", async () => {
  using project = await Project.make();
  project.edit(
    "stages/stages.ts",
    (text) => text.replace('name: "source",', 'name: "source", engine: true,'),
  );
  const spec = { ...project.node("source"), stage: { ...project.stages.source, engine: true } };
  const plan = (family: string, given: boolean) =>
    makePlan([spec], {
      ...openProject(project.root, { store: project.store }),
      engine: { family, given },
    });
  await execute(plan("wasm", false), { jobs: 1, paths: project.paths });
  assert.equal(plan("xla", false).nodes[0]!.state, "cached");
  const named = plan("xla", true);
  assert.equal(named.nodes[0]!.state, "ready");
  assert.deepEqual(explainNode(named, named.nodes[0]!).changes, [
    "engine: a result of wasm is stored, asked for is xla",
  ]);
  await execute(named, { jobs: 1, paths: project.paths });
  assert.equal(plan("xla", true).nodes[0]!.object!.manifest.family, "xla");
  assert.equal(plan("wasm", true).nodes[0]!.object!.manifest.family, "wasm");
});

Deno.test("waitForLock() gets the lock once its holder has released it, and can be told to stop", async () => {
  const root = await Deno.makeTempDir();
  try {
    const path = `${root}/lock`;
    const first = (await tryLock(path))!;
    assert.equal(await tryLock(path), undefined);
    const stop = new AbortController();
    const stopped = waitForLock(path, stop.signal);
    stop.abort(new Error("told to stop"));
    await assert.rejects(stopped, /told to stop/);
    const second = waitForLock(path, new AbortController().signal);
    first.release();
    (await second).release();
    assert.throws(() => Deno.statSync(path), Deno.errors.NotFound);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});
