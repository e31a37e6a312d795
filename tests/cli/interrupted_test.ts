import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { Checkpoints } from "../../src/train/checkpoint.ts";
import { inWorkplace, runCommand } from "./command.ts";
import { tiny } from "./tiny_sweep.ts";

const two = tiny.replace("{supervised: {}}", "{supervised: {}, fixmatch: {}}")
  .replace("[supervised]", "[supervised, fixmatch]").replace("steps: 2", "steps: 9");

Deno.test("status, plan and explain say of an interrupted training where it goes on, with log and checkpoint", async () => {
  await inWorkplace({ "two.yaml": two }, async ({ folder, store }) => {
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCommand([...args, "--store", store], {
        cwd: folder,
      });
      deepEqual([code, stderr], [0, ""]);
      return stdout;
    };
    const cell = "tiny/fixmatch/tiny";
    const node = async () => {
      const { nodes } = JSON.parse(await run("plan", "two.yaml", "--json")) as {
        nodes: { stage: string; cells: string[]; recipe: string; state: string; reason: string }[];
      };
      return nodes.find(({ stage, cells }) => stage === "train" && cells.includes(cell))!;
    };
    const { recipe } = await node();
    const log = join(store, "logs", `${recipe}.log`);
    await Deno.mkdir(join(store, "logs"), { recursive: true });
    await Deno.writeTextFile(join(store, "format.json"), '{"format": 1}\n');
    await Deno.writeTextFile(log, "interrupted\n");
    const checkpoints = join(store, "checkpoints", `${recipe}-wasm`);
    await Deno.mkdir(checkpoints, { recursive: true });
    const written = new Checkpoints(checkpoints, { fingerprint: "a", log: () => {} });
    for (const step of [3, 7]) await written.write({ tensors: {}, record: { step } });
    const names = [...Deno.readDirSync(checkpoints)].map(({ name }) => name).sort();
    const checkpoint = join(checkpoints, names.at(-1)!);
    const says = "interrupted at step 7 of 9, goes on from there";

    const { reason } = await node();
    equal(reason, `${says}; log ${log}; checkpoint ${checkpoint}`.replaceAll(`${folder}/`, ""));
    match(
      (await run("plan", "two.yaml")).replaceAll(/\s+/g, " "),
      new RegExp(`${says}; log .*\\.log; checkpoint .*_00000002\\.safetensors`),
    );

    const status = JSON.parse(await run("status", "two.yaml", "--json"));
    equal(status.missing, 2);
    const stopped = status.runs.find((one: { cell: string }) => one.cell === cell);
    deepEqual(stopped, {
      cell,
      seed: 0,
      state: "missing",
      reason: says,
      log,
      checkpoint,
      last_lines: [],
      progress: { done: 7, total: 9, unit: "steps" },
    });
    const text = await run("status", "two.yaml");
    match(text, new RegExp(`^interrupted train fixmatch tiny seed 0\n  ${says}\n`, "m"));
    match(text, /^ {2}log: .*\n {2}checkpoint: .*_00000002\.safetensors$/m);

    for (const what of [cell, recipe.slice(0, 12)]) {
      const explained = await run("explain", what, "--in", "two.yaml");
      match(explained, new RegExp(`reason +${says}\n +log +.*\\.log\n +checkpoint .*_00000002`));
      doesNotMatch(explained, /log +.*\n +checkpoint .*\n.*compared with/);
      const json = JSON.parse(await run("explain", what, "--in", "two.yaml", "--json"));
      const [train] = what === cell ? json.runs[0].nodes : [json];
      deepEqual([train.reason, train.log, train.checkpoint], [says, log, checkpoint]);
    }

    // The newest one is cut short: the one before it is where the run goes on.
    await Deno.truncate(checkpoint, 20);
    match((await node()).reason, /^interrupted at step 3 of 9/);
  });
});
