import assert from "node:assert/strict";
import type { RunEvent } from "../../src/dag/mod.ts";
import { Project } from "./project.ts";

const failing =
  'throw fail === "user" ? new UserError("configs/x.yaml:1:2 wrong") : new Error("step broke");';

for (
  const [what, statement, message] of [
    [
      "a timer throws",
      'setTimeout(() => { throw new Error("thrown by a timer"); });',
      /^the worker process ended with exit code 1: error: Uncaught Error: thrown by a timer\n/,
    ],
    [
      "a promise is refused",
      'void Promise.reject(new Error("refused"));',
      /^the worker process ended with exit code 1: error: Uncaught \(in promise\) Error: refused\n/,
    ],
  ] as const
) {
  Deno.test(`a worker in which ${what} ends with the error, twice, then the node has failed`, async () => {
    using project = await Project.make();
    project.edit("stages/stages.ts", (text) => {
      assert.ok(text.includes(failing));
      return text.replace(failing, `${statement}\n      return new Promise(() => {});`);
    });
    const events: RunEvent[] = [];
    const outcome = await project.run(project.eightNodes({ fail: "bug" }), {
      onEvent: (event) => events.push(event),
    });
    assert.equal(events.filter(({ kind }) => kind === "crashed").length, 1);
    const [failure, ...others] = outcome.failed;
    assert.deepEqual([failure!.node.label, others], ["step2", []]);
    assert.match(failure!.message, message);
    assert.match(failure!.message, /stages\/stages\.ts:\d+:\d+/);
    assert.equal(outcome.ran.length, 7, "the others ran");
  });
}
