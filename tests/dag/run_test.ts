import assert from "node:assert/strict";
import { explainNode, nodeStatus, type RunEvent } from "../../src/dag/mod.ts";
import { UserError } from "../../src/errors.ts";
import { Project } from "./project.ts";

const all = ["a", "b", "clamp", "count", "join", "step1", "step2", "step3"];

Deno.test("execute() runs every node once, then none", async () => {
  using project = await Project.make();
  const graph = project.eightNodes();
  assert.deepEqual(await project.ran(graph, { notes: { commit: "none" } }), all);
  assert.equal(project.text(graph), "7\n3\n10\n");
  const a = project.plan(graph).nodes.find(({ node }) => node.label === "a")!;
  assert.deepEqual(a.object!.manifest.run.notes, { commit: "none", value: "1" });
  const again = await project.run(graph);
  assert.equal(again.ran.length, 0);
  assert.equal(again.cached.length, 8);
  assert.equal(project.runs().length, 8);
});

Deno.test("execute() runs the branch of a changed parameter only", async () => {
  using project = await Project.make();
  await project.run(project.eightNodes());
  assert.deepEqual(await project.ran(project.eightNodes({ plus: 5 })), ["count", "join", "step1"]);
});

Deno.test("execute() stops the wave where the bytes are the same", async () => {
  using project = await Project.make();
  await project.run(project.eightNodes());
  assert.deepEqual(await project.ran(project.eightNodes({ b: 30 })), ["b", "clamp", "step3"]);
});

Deno.test("execute() goes on after a failure, which the list input sees, and tries it again", async () => {
  using project = await Project.make();
  const graph = project.eightNodes({ fail: "bug" });
  const outcome = await project.run(graph);
  assert.deepEqual(outcome.failed.map(({ node, message }) => [node.label, message]), [[
    "step2",
    "step broke",
  ]]);
  assert.equal(outcome.ran.length, 7);
  const plan = project.plan(graph);
  const { path } = outcome.object(outcome.ran.find((node) => node.label === "join")!)!;
  const table = Deno.readTextFileSync(`${path}/out/out/value.txt`);
  assert.equal(table, "7\nabsent: step2 failed: step broke\n10\n");

  const failed = plan.nodes.find(({ state }) => state === "failed")!;
  const { failure } = nodeStatus(plan, failed, { now: Date.now() });
  assert.equal(failed.node.label, "step2");
  assert.match(failure!.lastLines.join("\n"), /about to fail\nError: step broke\n\s+at /);

  Deno.writeTextFileSync(project.paths.gate, "");
  assert.deepEqual(await project.ran(graph), ["join", "step2"]);
  assert.equal(project.text(graph), "7\n3\n10\n");
  assert.ok(project.plan(graph).nodes.every(({ state }) => state === "cached"));
});

Deno.test("execute() hands on what a stage warns of, and logs it", async () => {
  using project = await Project.make();
  project.edit(
    "stages/stages.ts",
    (text) =>
      text.replace('note(context, "clamp");', '$& context.log("it is late", {warning: true});'),
  );
  const graph = project.eightNodes();
  const warnings: [string, string][] = [];
  const outcome = await project.run(graph, {
    onEvent: (event) => {
      if (event.kind === "warning") warnings.push([event.node.label, event.text]);
    },
  });
  assert.deepEqual(warnings, [["clamp", "it is late"]]);
  const clamp = outcome.ran.find(({ label }) => label === "clamp")!;
  assert.match(Deno.readTextFileSync(project.plan(graph).store.log(clamp.recipe)), /^it is late$/m);
});

Deno.test("execute() leaves this machine's paths out of the reason of an absence", async () => {
  using project = await Project.make();
  project.edit(
    "stages/stages.ts",
    (text) => text.replaceAll('"step broke"', "`${context.checkpoints}/x is missing`"),
  );
  const graph = project.eightNodes({ fail: "bug" });
  const outcome = await project.run(graph);
  assert.ok(outcome.failed[0]!.message.startsWith(project.store));
  const table = outcome.object(outcome.ran.find((node) => node.label === "join")!)!;
  assert.match(
    Deno.readTextFileSync(`${table.path}/out/out/value.txt`),
    /^absent: step2 failed: <store>\/checkpoints\/[0-9a-f]{64}-any\/x is missing$/m,
  );
});

Deno.test("execute() says which failures are the user's", async () => {
  using project = await Project.make();
  const outcome = await project.run(project.eightNodes({ fail: "user" }));
  assert.equal(outcome.failed[0]!.userError, true);
  assert.equal(outcome.failed[0]!.message, "configs/x.yaml:1:2 wrong");
});

Deno.test("execute() blocks what needs a failed node", async () => {
  using project = await Project.make();
  const source = project.node("source");
  const broken = project.node("step", { params: { fail: "bug" }, from: source });
  const outcome = await project.run(project.node("clamp", { from: broken }));
  assert.deepEqual(outcome.blocked.map(({ reason }) => reason), ["step failed: step broke"]);
});

Deno.test("execute() with failFast starts nothing after the first failure", async () => {
  using project = await Project.make();
  const source = project.node("source");
  const broken = project.node("step", { params: { fail: "bug" }, from: source });
  const other = project.node("clamp", { from: source });
  const graph = project.node("join", { items: [broken, other] });
  const outcome = await project.run(graph, { jobs: 1, failFast: true });
  assert.equal(outcome.failed.length, 1);
  assert.deepEqual(project.runs(), ["source 1", "step 1"]);
});

Deno.test("execute() saves on a signal and goes on from the checkpoint", async () => {
  using project = await Project.make();
  const graph = project.eightNodes({ hold: 3 });
  const stop = new AbortController();
  const onEvent = (event: RunEvent) => {
    const held = event.kind === "progress" && event.node.label === "count" &&
      event.progress.done === event.progress.total;
    if (held) stop.abort();
  };
  const first = await project.run(graph, { signal: stop.signal, onEvent });
  assert.equal(first.interrupted, true);
  assert.equal(first.failed.length, 0);
  Deno.writeTextFileSync(project.paths.gate, "");
  const second = await project.run(graph);
  assert.equal(second.interrupted, false);
  assert.ok(project.runs().includes("count from 3"));
  assert.equal(project.text(graph), "7\n3\n10\n");
  assert.deepEqual([...Deno.readDirSync(`${project.store}/checkpoints`)], []);
});

Deno.test("execute() gives a stage its unkeyed parameters, which rerun nothing and lose no checkpoint", async () => {
  using project = await Project.make();
  const stop = new AbortController();
  const onEvent = (event: RunEvent) => {
    const held = event.kind === "progress" && event.node.label === "count" &&
      event.progress.done === event.progress.total;
    if (held) stop.abort();
  };
  await project.run(project.eightNodes({ hold: 3 }), { signal: stop.signal, onEvent });
  await project.run(project.eightNodes({ hold: -1 }));
  assert.ok(project.runs().includes("count from 3"));
  const other = project.eightNodes({ hold: 2 });
  assert.deepEqual(await project.ran(other), []);
  const plan = project.plan(project.eightNodes({ hold: 2, plus: 5 }));
  const count = plan.nodes.find(({ node }) => node.label === "count")!;
  assert.deepEqual(explainNode(plan, count).changes, ["input from: is made anew by step"]);
  assert.deepEqual(count.node.params, { steps: 5, hold: 2 });
});

Deno.test("execute() carries impossible nodes into lists and stops single inputs", async () => {
  using project = await Project.make();
  const absent = project.node("source", { impossible: "stl10 is not in the data root" });
  const after = project.node("clamp", { from: absent });
  const fine = project.node("source", { params: { value: 2 }, label: "fine" });
  const graph = project.node("join", { items: [after, fine, { absent: "not asked for" }] });
  const outcome = await project.run(graph);
  assert.deepEqual(outcome.impossible.map(({ node }) => node.label), ["source", "clamp"]);
  assert.equal(
    project.text(graph),
    "absent: stl10 is not in the data root\n2\nabsent: not asked for\n",
  );
});

Deno.test("execute() takes an ifCached input only if it is there", async () => {
  using project = await Project.make();
  const source = project.node("source");
  const other = project.node("clamp", { from: source });
  const item = { node: other, output: "out", ifCached: "not run" };
  const graph = project.node("join", { items: [source, item] });
  assert.deepEqual(await project.ran(graph), ["join", "source"]);
  assert.equal(project.text(graph), "1\nabsent: not run\n");
  await project.run(other);
  assert.deepEqual(await project.ran(graph), ["join"]);
  assert.equal(project.text(graph), "1\n1\n");
});

Deno.test("execute() finds a flipped byte before it is used, names it and makes it again", async () => {
  using project = await Project.make();
  const source = project.node("source", { label: "origin" });
  await project.run(source);
  const plan = project.plan(source);
  const file = `${plan.nodes[0]!.object!.path}/out/out/value.txt`;
  const before = Deno.statSync(file);
  Deno.writeTextFileSync(file, "9\n");
  Deno.utimeSync(file, before.atime!, before.mtime!);
  const events: RunEvent[] = [];
  const graph = project.node("step", { from: source });
  const outcome = await project.run(graph, { onEvent: (event) => events.push(event) });
  assert.deepEqual(outcome.ran.map((node) => node.label), ["origin", "step"]);
  assert.equal(project.text(graph), "2\n");
  const found = events.find((event) => event.kind === "corrupt")!;
  assert.ok(found.kind === "corrupt" && found.node.label === "origin");
  assert.equal(found.file, "out/value.txt");
  assert.equal(Deno.readTextFileSync(`${found.movedTo}/out/out/value.txt`), "9\n");
});

Deno.test("execute() with checkRoots hashes the report itself", async () => {
  using project = await Project.make();
  const graph = project.eightNodes();
  await project.run(graph);
  const { object } = project.plan(graph).nodes.at(-1)!;
  Deno.writeTextFileSync(`${object!.path}/out/out/value.txt`, "9\n3\n10\n");
  assert.deepEqual(await project.ran(graph, { checkRoots: true }), ["join"]);
  assert.equal(project.text(graph), "7\n3\n10\n");
});

Deno.test("execute() names a damaged manifest and makes the result again", async () => {
  using project = await Project.make();
  const graph = project.node("source");
  await project.run(graph);
  const { object } = project.plan(graph).nodes[0]!;
  const path = `${object!.path}/manifest.json`;
  Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replace("source", "saurce"));
  const plan = project.plan(graph);
  assert.equal(plan.nodes[0]!.state, "ready");
  assert.match(
    explainNode(plan, plan.nodes[0]!).changes[0]!,
    /^the manifest.json of .* is damaged$/,
  );
  const named: string[] = [];
  const onEvent = (event: RunEvent) => {
    if (event.kind === "corrupt") named.push(`${event.node.label}: ${event.file}`);
  };
  assert.deepEqual(await project.ran(graph, { onEvent }), ["source"]);
  assert.deepEqual(named, ["source: manifest.json"]);
  assert.deepEqual(await project.ran(graph), []);
});

Deno.test("execute() refuses a store that cannot be written", async () => {
  using project = await Project.make();
  Deno.writeTextFileSync(project.store, "a file, not a folder");
  await assert.rejects(project.run(project.node("source")), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /expected a store that can be written/);
    return true;
  });
  assert.deepEqual(project.runs(), []);
});

Deno.test("execute() refuses fewer than one job", async () => {
  using project = await Project.make();
  await assert.rejects(project.run(project.node("source"), { jobs: 0 }), UserError);
});

Deno.test("makePlan() refuses a store of another format by name", async () => {
  using project = await Project.make();
  Deno.mkdirSync(project.store);
  Deno.writeTextFileSync(`${project.store}/format.json`, '{"format": 99}');
  assert.throws(() => project.plan(project.node("source")), /reads store format 1, found 99/);
});

Deno.test("execute() replaces workers that have grown", async () => {
  using project = await Project.make();
  assert.deepEqual(await project.ran(project.eightNodes(), { recycleBytes: 1 }), all);
});

Deno.test("execute() reports what a worker said that cannot start", async () => {
  using project = await Project.make();
  project.edit("src/dag/worker.ts", (text) => `import "./nowhere.ts";\n${text}`);
  const events: RunEvent[] = [];
  const outcome = await project.run(project.node("source"), {
    onEvent: (event) => events.push(event),
  });
  assert.equal(events.filter(({ kind }) => kind === "crashed").length, 1);
  assert.match(outcome.failed[0]!.message, /ended with exit code 1: .*nowhere\.ts/s);
});
