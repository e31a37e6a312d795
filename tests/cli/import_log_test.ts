import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { logText } from "../config/usb/logs.ts";
import { values } from "../config/usb/config_files.ts";
import { inWorkplace, runCommand } from "./command.ts";
import { quickConfig } from "./usb_files.ts";

const usual = { every: 1024, accuracies: Array.from({ length: 256 }, (_, n) => n / 4) };
const cpe = "table1/fixmatch+cpe/c10-consistent-1500";

/** Logs of two seeds of one cell; the second is 10 points better. */
const logs = {
  "logs/seed0/log.txt": logText({ ...usual, config: values("fixmatch", "cpe") }),
  "logs/seed1/log.txt": logText({
    ...usual,
    accuracies: usual.accuracies.map((percent) => percent + 10),
    config: values("fixmatch", "cpe", { seed: 1 }),
  }),
  "data/README.md": "",
};

Deno.test("import-log makes cells of logs, which reports and explain mark as imported", async () => {
  await inWorkplace(logs, async ({ folder, store, reports }) => {
    const done = await runCommand(["import-log", "logs", "--store", store], { cwd: folder });
    equal(done.code, 0, done.stderr);
    match(
      done.stdout,
      /logs\/seed0\/log\.txt: fixmatch\+cpe on c10-consistent-1500, seed 0: best 63\.75 %/,
    );
    match(done.stdout, new RegExp(`shown in ${cpe.replace("+", "\\+")}`));
    const flags = ["--store", store, "--data", "data"];
    const run = ["reproduce", "table1", ...flags, "--reports", reports, "--quiet"];
    const report = await runCommand(run, { cwd: folder });
    equal(report.code, 1, "no data set is there");
    const text = await Deno.readTextFile(join(reports, "table1.md"));
    match(text, /68\.75 ± 5\.00 \(2\/3, imported\)/);
    match(
      text,
      /## Imported results\n\n- `fixmatch\+cpe\/c10-consistent-1500`, seed 0: seed0\/log\.txt, sha256 [0-9a-f]{12}\n/,
    );
    match(text, /engine: USB \(imported\)/);
    const explained = await runCommand(["explain", cpe, ...flags], { cwd: folder });
    equal(explained.code, 0, explained.stderr);
    match(explained.stdout, /imported seed 1: 73\.75 % at step 262144, best \(shown in reports\)/);
    match(explained.stdout, /seed1\/log\.txt, run\s+fixmatch_cpe_cifar10_lb1500_100_ulb3000_100_1/);
    const again = await runCommand(["import-log", "logs", "--store", store], { cwd: folder });
    equal(again.code, 0, again.stderr);
    const other = logText({ ...usual, accuracies: usual.accuracies.map((n) => n + 1) });
    await Deno.writeTextFile(join(folder, "other.txt"), other);
    const refused = await runCommand(["import-log", "other.txt", "--store", store], {
      cwd: folder,
    });
    equal(refused.code, 2);
    match(refused.stderr, /was imported from seed0\/log\.txt; --force replaces it/);
    const args = ["import-log", "other.txt", "--store", store, "--force", "--json"];
    const forced = await runCommand(args, { cwd: folder });
    deepEqual(JSON.parse(forced.stdout).imported[0].best, { iteration: 262144, top1: 0.6475 });
  });
});

Deno.test("import-log gives way to a result of our own", async () => {
  const config = quickConfig({ save_name: "own" });
  await inWorkplace({ "own.yaml": config }, async ({ folder, store, reports }) => {
    const made = await runCommand(["import-usb", "own.yaml", "-o", "sweep.yaml"], { cwd: folder });
    equal(made.code, 0, made.stderr);
    const places = ["--store", store, "--reports", reports];
    // A log of our own of the same run, with other numbers in it.
    const trained = await runCommand(["train", "--c", "own.yaml", ...places], { cwd: folder });
    equal(trained.code, 0, trained.stderr);
    const text = trained.stdout.replace(/(top-1-acc: |ACC: )[\d.]+/g, "$10.9900")
      .replace(/best_acc : .*/, "best_acc : 0.99").replace(/best_it : .*/, "best_it : 3")
      .replace(/at \d+ iters/g, "at 4 iters");
    await Deno.writeTextFile(join(folder, "log.txt"), text);
    const away = ["--store", `${store}2`];
    const take = (where: readonly string[]) =>
      runCommand(["import-log", "log.txt", "--in", "sweep.yaml", ...where], { cwd: folder });
    const taken = await take(away);
    equal(taken.code, 0, taken.stderr);
    equal((await take(["--store", store])).code, 0);
    const sweep = (where: readonly string[], ...more: readonly string[]) =>
      runCommand(["sweep", "sweep.yaml", ...where, "--reports", reports, ...more], { cwd: folder });
    const report = () => Deno.readTextFile(join(reports, "sweep.usb.md"));
    const shown = await sweep(["--store", store], "--quiet");
    equal(shown.code, 0, shown.stderr);
    doesNotMatch(await report(), /imported|99\.00/i);
    const explained = await runCommand(
      [
        "explain",
        "usb/fixmatch+abc/synthetic-lb8-2-ulb8-minus-2",
        "--in",
        "sweep.yaml",
        "--store",
        store,
      ],
      { cwd: folder },
    );
    match(explained.stdout, /99\.00 % .*not\s+shown: there is a result of our own/);
  });
});

Deno.test("import-log leaves out logs that cannot be taken, names them and ends with 1", async () => {
  const cut = logText({ ...usual, accuracies: usual.accuracies.slice(0, 9), result: null });
  const files = { ...logs, "logs/seed0/log.txt": cut };
  await inWorkplace(files, async ({ folder, store }) => {
    const args = ["import-log", "logs", "--store", store, "--json"];
    const { code, stdout, stderr } = await runCommand(args, { cwd: folder });
    equal(code, 1, stderr);
    match(
      stderr,
      /left out: logs\/seed0\/log\.txt:\d+:1 The log is cut off: it reaches 9216 of 262144/,
    );
    equal(JSON.parse(stdout).imported.length, 1);
  });
});
