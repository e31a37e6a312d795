import assert from "node:assert/strict";
import { explainNode, type NodeSpec } from "../../src/dag/mod.ts";
import { Project } from "./project.ts";

/** Why the node with this label would run. */
function changes(project: Project, graph: NodeSpec, label: string): readonly string[] {
  const plan = project.plan(graph);
  return explainNode(plan, plan.nodes.find(({ node }) => node.label === label)!).changes;
}

function toRun(project: Project, graph: NodeSpec): string[] {
  return project.plan(graph).nodes.flatMap(({ node, state }) =>
    state === "cached" ? [] : [node.label]
  );
}

Deno.test("CodeReader does not see comments, formatting and types", async () => {
  using project = await Project.make();
  const graph = project.eightNodes();
  await project.run(graph);
  project.edit(
    "src/arithmetic.ts",
    (text) =>
      `// Changed.\nimport type { Nothing } from "./nothing.ts";\n${
        text.replaceAll(";", "").replaceAll('"', "'")
      }`,
  );
  project.edit("stages/stages.ts", (text) => text.replaceAll("  ", "\t"));
  assert.deepEqual(toRun(project, graph), []);
});

Deno.test("CodeReader sees a change in a module that an imported one imports, and explain names it", async () => {
  using project = await Project.make();
  const graph = project.eightNodes();
  await project.run(graph);
  project.edit("src/one.ts", (text) => text.replace("1", "2"));
  assert.equal(toRun(project, graph).length, 8);
  assert.deepEqual(changes(project, graph, "a"), ["module src/one.ts: changed"]);
  assert.deepEqual(changes(project, graph, "step1"), [
    "module src/one.ts: changed",
    "input from: is made anew by source",
  ]);
  await project.run(graph);
  assert.equal(project.text(graph), "8\n5\n10\n");
});

Deno.test("CodeReader does not see other files, nor registries and what they list", async () => {
  using project = await Project.make();
  project.edit(
    "src/arithmetic.ts",
    (text) => `import { found } from "./registry.ts";\nfound();\n${text}`,
  );
  Deno.writeTextFileSync(`${project.root}/src/registry.ts`, "export function found() {}\n");
  Deno.writeTextFileSync(`${project.root}/src/methods/mean.ts`, "export const mean = 1;\n");
  const source = project.node("source");
  const plain = project.node("step", { from: source, label: "plain" });
  const mean = project.node("step", { from: source, params: { method: "mean" }, label: "mean" });
  const graph = project.node("join", { items: [plain, mean] });
  await project.run(graph);

  Deno.writeTextFileSync(`${project.root}/src/methods/other.ts`, "export const other = 1;\n");
  project.edit("src/registry.ts", (text) => `import "./methods/other.ts";\n${text}`);
  assert.deepEqual(toRun(project, graph), []);

  project.edit("src/methods/mean.ts", (text) => text.replace("1", "2"));
  assert.deepEqual(toRun(project, graph), ["mean", "join"]);
  assert.deepEqual(changes(project, graph, "mean"), ["module src/methods/mean.ts: changed"]);
});

Deno.test("CodeReader counts assets by their bytes and packages by the lock file", async () => {
  using project = await Project.make();
  project.edit("src/one.ts", (text) => `${text}new URL("./one.bin", import.meta.url);\n`);
  Deno.writeFileSync(`${project.root}/src/one.bin`, new Uint8Array([1]));
  const graph = project.node("source");
  await project.run(graph);
  assert.deepEqual(toRun(project, graph), []);
  Deno.writeFileSync(`${project.root}/src/one.bin`, new Uint8Array([2]));
  assert.deepEqual(changes(project, graph, "source"), ["module src/one.bin: changed"]);
  Deno.writeFileSync(`${project.root}/src/one.bin`, new Uint8Array([1]));
  project.edit("deno.lock", (text) => text.replace(/("zod@4[^}]*"integrity": "sha512-)../, "$1AA"));
  assert.match(changes(project, graph, "source").join(), /^npm package zod@4\.\d+\.\d+: changed$/);
});

Deno.test("execute() runs the code as it was when the plan was made", async () => {
  using project = await Project.make();
  const source = project.node("source");
  const graph = project.node("step", { from: source });
  const options = {
    onEvent: (event: { kind: string }) => {
      if (event.kind === "start") project.edit("src/one.ts", (text) => text.replace("1", "7"));
    },
  };
  await project.run(graph, options);
  project.edit("src/one.ts", (text) => text.replace("7", "1"));
  assert.equal(project.text(graph), "2\n");
});
