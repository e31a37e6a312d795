import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { faultPoints } from "../../src/dag/mod.ts";
import { type Options, Project } from "./project.ts";

interface Ended {
  readonly ran: readonly string[];
  readonly cached: number;
  readonly failed: readonly string[];
  readonly interrupted: boolean;
}

function spawn(project: Project, options: Options & { fault?: string } = {}): Deno.ChildProcess {
  const { fault, ...graph } = options;
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      ...["read", "write", "run", "ffi", "sys", "env"].map((name) => `--allow-${name}`),
      fileURLToPath(new URL("fixtures/runner.ts", import.meta.url)),
      project.root,
      JSON.stringify(graph),
    ],
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env: { RETABLE_FAULT: fault ?? "" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function finish(
  child: Deno.ChildProcess,
): Promise<{ code: number; signal: string | null; ended: Ended }> {
  const { code, signal, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  const last = decoder.decode(stdout).trim().split("\n").at(-1) ?? "";
  assert.equal(decoder.decode(stderr), "");
  return { code, signal, ended: last.startsWith('{"ran"') ? JSON.parse(last) : undefined! };
}

/** Reads events until the counting stage waits. */
async function untilHeld(child: Deno.ChildProcess): Promise<void> {
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes('"done":5,"total":5')) {
    const { value, done } = await reader.read();
    assert.ok(!done, text);
    text += value;
  }
  // Later output is not needed, but the pipe has to stay open.
  void (async () => {
    while (!(await reader.read()).done);
  })();
}

const expected = "7\n3\n10\n";

for (const point of faultPoints) {
  Deno.test(`execute() killed at ${point} and run again gives the same bytes`, async () => {
    using project = await Project.make();
    const fault = point.startsWith("runner-before-d") || point.startsWith("runner-after-r")
      ? `${point}:step`
      : point.startsWith("runner")
      ? point
      : `${point}:count`;
    const first = await finish(spawn(project, { fault }));
    assert.ok(Deno.statSync(`${project.store}/fault-${point}`).isFile);
    if (point.startsWith("runner")) assert.equal(first.signal, "SIGKILL");
    else assert.equal(first.code, 0, "the worker's death is made good in the same call");
    const second = await finish(spawn(project, { fault }));
    assert.equal(second.code, 0);
    assert.equal(project.text(project.eightNodes()), expected);
    assert.deepEqual([...Deno.readDirSync(`${project.store}/locks`)], []);
    assert.deepEqual((await finish(spawn(project))).ended.ran, []);
  });
}

Deno.test("execute() after kill -9 of the runner: its worker saves, the next call goes on from there", async () => {
  using project = await Project.make();
  const child = spawn(project, { hold: 3 });
  await untilHeld(child);
  child.kill("SIGKILL");
  await child.status;
  Deno.writeTextFileSync(project.paths.gate, "");
  const second = await finish(spawn(project, { hold: 3 }));
  assert.equal(second.code, 0);
  assert.ok(project.runs().includes("count from 3"));
  assert.equal(project.text(project.eightNodes({ hold: 3 })), expected);
});

Deno.test("execute() after Ctrl-C exits with 130 and goes on from the checkpoint", async () => {
  using project = await Project.make();
  const child = spawn(project, { hold: 3 });
  await untilHeld(child);
  child.kill("SIGINT");
  assert.equal((await child.status).code, 130);
  Deno.writeTextFileSync(project.paths.gate, "");
  await finish(spawn(project, { hold: 3 }));
  assert.ok(project.runs().includes("count from 3"));
  assert.equal(project.text(project.eightNodes({ hold: 3 })), expected);
});

Deno.test("execute() by two runners at once runs each node once; both finish", async () => {
  using project = await Project.make();
  const both = [spawn(project), spawn(project)];
  const ended = await Promise.all(both.map(finish));
  assert.deepEqual(ended.map(({ code }) => code), [0, 0]);
  assert.equal(project.runs().length, 8, project.runs().join(", "));
  assert.equal(ended[0]!.ended.ran.length + ended[1]!.ended.ran.length, 8);
  assert.equal(project.text(project.eightNodes()), expected);
});
