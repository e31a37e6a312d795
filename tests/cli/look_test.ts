import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { inWorkplace, runCommand } from "./command.ts";

Deno.test("look makes the sheets of a cell's split, and again from what is stored", async () => {
  await inWorkplace({}, async ({ folder, store, reports }) => {
    const places = ["--store", store, "--reports", reports];
    const args = ["look", "smoke/fixmatch/smoke", ...places, "--json"];
    const first = await runCommand(args, { cwd: folder });
    equal(first.code, 0, first.stderr);
    const { files } = JSON.parse(first.stdout) as { files: string[] };
    const names = ["class_counts.svg", "labelled.png", "report.md", "unlabelled.png"];
    const place = join(reports, "look", "smoke-seed-0");
    deepEqual(files, names.map((name) => join(place, name)));
    const sheet = await Deno.readFile(join(place, "unlabelled.png"));
    deepEqual([...sheet.subarray(1, 4)], [...new TextEncoder().encode("PNG")]);
    equal((await runCommand([...args, "--quiet"], { cwd: folder })).stderr, "");
  });
});

Deno.test("look says what it lacks and what it does not know", async () => {
  await inWorkplace({}, async ({ folder, store, reports }) => {
    const places = ["--store", store, "--reports", reports];
    const unknown = await runCommand(["look", "smoke/fixmatch/nowhere", ...places], {
      cwd: folder,
    });
    deepEqual([unknown.code, unknown.stdout], [2, ""]);
    match(unknown.stderr, /nowhere/);
    const absent = await runCommand(
      ["look", "table1/fixmatch/c10-consistent-500", "--data", folder, ...places],
      { cwd: folder },
    );
    equal(absent.code, 1);
    match(absent.stdout, /impossible: no-data: cifar-10 is not in the data folder/);
  });
});
