import assert from "node:assert/strict";
import {
  collectGarbage,
  countNodes,
  deleteGarbage,
  explainNode,
  formatDot,
  formatMermaid,
  type Json,
  nodeStatus,
} from "../../src/dag/mod.ts";
import { compareComponents, type Components } from "../../src/dag/components.ts";
import { tryLock } from "../../src/dag/lock.ts";
import { Project } from "./project.ts";

Deno.test("makePlan() says what is ready, waiting, impossible, and writes nothing", async () => {
  using project = await Project.make();
  const lost = project.node("source", { label: "lost", impossible: "no data" });
  const source = project.node("source");
  const after = project.node("clamp", { from: source });
  const graph = project.node("join", { items: [lost, after] });
  const plan = project.plan(graph);
  assert.deepEqual(plan.nodes.map(({ node, state, note }) => [node.label, state, note]), [
    // The same work was described twice; it is one node.
    ["lost", "impossible", "no data"],
    ["clamp", "impossible", "no data"],
    ["join", "ready", ""],
  ]);
  const other = project.plan(project.eightNodes());
  assert.deepEqual(
    other.nodes.map(({ state, key }) => [state, key !== null]).map(String),
    ["ready,true", "waiting,false", "waiting,false", "waiting,false", "ready,true"]
      .concat(["waiting,false", "waiting,false", "waiting,false"]),
  );
  assert.deepEqual(countNodes(other), { run: 8, cached: 0, impossible: 0 });
  assert.throws(() => Deno.statSync(project.store), Deno.errors.NotFound);
});

Deno.test("buildGraph() merges equal work and unites its cells", async () => {
  using project = await Project.make();
  const one = project.node("source", { label: "one" });
  const two = project.node("source", { label: "two", params: { value: 1 } });
  const plan = project.plan(project.node("join", { items: [one, two] }));
  assert.equal(plan.nodes.length, 2);
  assert.deepEqual(plan.nodes[0]!.node.cells, ["cell/one", "cell/two"]);
});

Deno.test("buildGraph() reports what does not fit as internal", async () => {
  using project = await Project.make();
  const wrong = [
    project.node("source", { params: { value: "x" } }),
    project.node("clamp"),
    project.node("source", { from: project.node("source") }),
  ];
  for (const spec of wrong) assert.throws(() => project.plan(spec), /^Error: internal: /);
});

Deno.test("explainNode() names a changed parameter with both values", async () => {
  using project = await Project.make();
  await project.run(project.eightNodes());
  const plan = project.plan(project.eightNodes({ plus: 5 }));
  const why = plan.nodes.filter(({ state }) => state !== "cached")
    .map((planned) => [planned.node.label, ...explainNode(plan, planned).changes]);
  assert.deepEqual(why, [
    ["step1", "parameter plus: 1 -> 5"],
    ["count", "input from: is made anew by step"],
    ["join", "input items: is made anew by count"],
  ]);
});

Deno.test("compareComponents() names the entry of a long list, not the list", () => {
  const item = {
    row: "fixmatch",
    column: "a-setting-with-a-name-of-some-length",
    seeds: [0, 1, 2],
  };
  const of = (cells: Json): Components => ({
    version: 1,
    params: { cells },
    modules: {},
    packages: {},
    inputs: {},
  });
  const old = of([item, item, item]);
  assert.deepEqual(compareComponents(old, of([item, { ...item, seeds: [0] }, item])), [
    "parameter cells.1.seeds: [0,1,2] -> [0]",
  ]);
  assert.deepEqual(compareComponents(old, of([{ ...item, row: "la" }, item, item])), [
    'parameter cells.0.row: "fixmatch" -> "la"',
  ]);
  assert.deepEqual(compareComponents(old, of([1, 2, item])), [
    `parameter cells.0: ${JSON.stringify(item)} -> 1 (and 1 more of its 3 items)`,
  ]);
  assert.deepEqual(compareComponents(old, of([item])), ["parameter cells: 3 -> 1 items"]);
});

Deno.test("nodeStatus() shows a node that another process runs, until its record is stale", async () => {
  using project = await Project.make();
  const graph = project.node("source");
  const { recipe } = project.plan(graph).nodes[0]!.node;
  Deno.mkdirSync(`${project.store}/running`, { recursive: true });
  Deno.mkdirSync(`${project.store}/objects`);
  Deno.writeTextFileSync(`${project.store}/format.json`, '{"format": 1}');
  const write = (updated: number) =>
    Deno.writeTextFileSync(
      `${project.store}/running/${recipe}.json`,
      JSON.stringify({
        label: "source",
        pid: 1,
        started: "",
        updated: new Date(updated).toISOString(),
        progress: { done: 3, total: 9 },
      }),
    );
  write(Date.now());
  const plan = project.plan(graph);
  const status = nodeStatus(plan, plan.nodes[0]!, { now: Date.now() });
  assert.deepEqual([status.is, status.progress], ["running", { done: 3, total: 9 }]);
  write(Date.now() - 3_600_000);
  assert.equal(project.plan(graph).nodes[0]!.state, "ready");
});

Deno.test("collectGarbage() keeps what plans use, the latest result of a node without one, and their inputs", async () => {
  using project = await Project.make();
  const now = project.eightNodes();
  await project.run(project.eightNodes({ plus: 5 }));
  await project.run(now);
  const { store } = project.plan(now);
  const garbage = collectGarbage([project.plan(now)], { store });
  const results = garbage.flatMap(({ kind, label }) => kind === "result" ? [label] : []).sort();
  assert.deepEqual(results, ["count", "join", "step1"]);
  assert.ok(garbage.every(({ bytes }) => bytes > 0));

  // Nothing is stored for these parameters, so the newest results of the same nodes are kept.
  const changed = collectGarbage([project.plan(project.eightNodes({ plus: 9 }))], { store });
  assert.deepEqual(
    changed.flatMap(({ kind, label }) => kind === "result" ? [label] : []).sort(),
    ["count", "join", "step1"],
  );

  const deleted = deleteGarbage(garbage, { store, costly: ["count"], includeCostly: false });
  assert.equal(deleted.length, garbage.length - 1);
  assert.deepEqual(await project.ran(now), []);
});

Deno.test("collectGarbage() passes over locks that nobody holds, deleteGarbage() refuses while one is held", async () => {
  using project = await Project.make();
  const spec = project.node("source");
  const plan = project.plan(spec);
  const { store } = plan;
  store.prepare();
  const recipe = "f".repeat(64);
  Deno.mkdirSync(store.checkpoints(recipe, "any"));
  Deno.mkdirSync(store.scratch(recipe));
  Deno.mkdirSync(store.copy("old"));
  const kinds = () => collectGarbage([plan], { store }).map(({ kind }) => kind);
  const remove = () =>
    deleteGarbage(collectGarbage([plan], { store }), { store, costly: [], includeCostly: true });

  const lock = (await tryLock(store.lock(recipe)))!;
  assert.deepEqual(kinds(), []);
  assert.throws(remove, /^OutsideError: .* is in use: a process works in it\. Nothing was deleted/);
  lock.release();
  // What a killed process leaves.
  Deno.writeTextFileSync(store.lock(recipe), "");
  assert.deepEqual(kinds(), ["checkpoint", "code", "scratch"]);
  assert.equal(remove().length, 3);
  assert.deepEqual(kinds(), []);
});

Deno.test("formatMermaid() and formatDot() group nodes and colour them by state", async () => {
  using project = await Project.make();
  await project.run(project.node("source", { params: { value: 1 }, label: "a" }));
  const plan = project.plan(project.eightNodes());
  const mermaid = formatMermaid(plan);
  assert.match(mermaid, /^flowchart LR\n {2}n0\["source<br\/>a<br\/>cached"\]:::cached\n/);
  assert.match(mermaid, /classDef ready fill:#fff3c9/);
  assert.match(formatDot(plan), /^digraph retable \{[^]*n0 -> n1;[^]*\}\n$/);
});
