import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { noEngines } from "../no_engines.ts";
import { inWorkplace, permissions, pipeline, runCommand, type Workplace } from "./command.ts";
import { quickConfig } from "./usb_files.ts";

const name = "fixmatch_abc_synthetic_lb8_2_ulb8_-2_0";

const train = (
  { store, reports }: Workplace,
  ...more: readonly string[]
) => ["train", "--c", "a.yaml", "--store", store, "--reports", reports, ...more];

/** The messages of a log, without their times. */
const messages = (text: string) =>
  text.trim().split("\n").map((line) => line.replace(/^\[[^\]]*INFO\] /, ""));

Deno.test("train runs a config file of USB and prints the lines of its logger", async () => {
  await inWorkplace({ "a.yaml": quickConfig() }, async (place) => {
    const { code, stdout, stderr } = await runCommand(train(place), { cwd: place.folder });
    equal(code, 0, stderr);
    const lines = stdout.trim().split("\n");
    for (const line of lines) match(line, /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO\] \S/);
    match(lines[1]!, /unlabeled data number: 12, labeled data number 12$/);
    match(stdout, /Arguments: Namespace\(.*abc_loss_ratio=1, .*save_name='fixmatch_abc_synthetic/);
    match(stdout, /INFO\] 2 iteration USE_EMA: True, train\/sup_loss: \d\.\d{4}, /);
    match(
      stdout,
      /INFO\] 4 iteration, USE_EMA: True, train\/sup_loss: .*eval\/top-1-acc: 0\.\d{4}, .*lr: 0\.0300, train\/prefecth_time: 0\.0000 BEST_EVAL_ACC: \d\.\d{4}, at [48] iters\n/,
    );
    match(lines.at(-2)!, /INFO\] Model result - eval\/best_acc : (0\.\d+|1\.0)$/);
    match(lines.at(-1)!, /INFO\] Model result - eval\/best_it : [37]$/);
    equal(await Deno.readTextFile(join(place.reports, name, "log.txt")), stdout);
    match(stderr, /keys without effect here:/);
    match(stderr, /load_path, overwrite, resume, save_dir: results lie in --store/);
    match(stderr, /clip: no code of USB reads it/);
    const there = [...Deno.readDirSync(place.folder)].map((entry) => entry.name).sort();
    deepEqual(
      there,
      ["a.yaml", "reports", "store"],
      "nothing is written where nobody asked for it",
    );
    const again = await runCommand(train(place, "--json"), { cwd: place.folder });
    equal(again.code, 0, again.stderr);
    const summary = JSON.parse(again.stdout);
    deepEqual([summary.done, summary.ran, summary.method], [true, 0, "fixmatch+abc"]);
    equal(await Deno.readTextFile(join(place.reports, name, "log.txt")), stdout);
  });
});

Deno.test("train shares its run with a sweep file made by import-usb", async () => {
  await inWorkplace({ "a.yaml": quickConfig() }, async (place) => {
    const { folder, store, reports } = place;
    const made = await runCommand(["import-usb", "a.yaml", "-o", "sweep.yaml"], { cwd: folder });
    equal(made.code, 0, made.stderr);
    equal(made.stdout, "");
    const run = ["sweep", "sweep.yaml", "--store", store, "--reports", reports, "--json"];
    const sweep = await runCommand(run, { cwd: folder });
    equal(sweep.code, 0, sweep.stderr);
    const { code, stdout, stderr } = await runCommand(train(place, "--json"), { cwd: folder });
    equal(code, 0, stderr);
    equal(JSON.parse(stdout).ran, 0);
    const quiet = await runCommand(train(place, "--quiet"), { cwd: folder });
    deepEqual(messages(quiet.stdout).map((line) => line.split(" : ")[0]), [
      "Model result - eval/best_acc",
      "Model result - eval/best_it",
    ]);
    equal(quiet.stderr, "");
  });
});

Deno.test("train stops at Ctrl-C with 130 and goes on to the same log", async () => {
  const config = quickConfig({ num_train_iter: 400, num_eval_iter: 100, num_log_iter: 10 });
  await inWorkplace({ "a.yaml": config }, async (place) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...permissions, pipeline, ...train(place), "--engine", "wasm"],
      cwd: place.folder,
      env: { NO_COLOR: "1", ...noEngines },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stderr = new Response(child.stderr).text();
    let begun = "";
    let isInterrupted = false;
    const decoder = new TextDecoder();
    for await (const bytes of child.stdout) {
      begun += decoder.decode(bytes);
      if (isInterrupted || !/ 10 iteration /.test(begun)) continue;
      child.kill("SIGINT");
      isInterrupted = true;
    }
    equal((await child.status).code, 130, await stderr);
    match(await stderr, /interrupted, state saved/);
    const path = join(place.reports, name, "log.txt");
    const partial = await Deno.readTextFile(path);
    equal(/Model result/.test(partial), false);
    const { code, stdout, stderr: rest } = await runCommand(train(place), { cwd: place.folder });
    equal(code, 0, rest);
    equal(stdout.startsWith(partial), true, "lines that were there keep their times");
    const iterations = messages(stdout).flatMap((line) => /^(\d+) iteration/.exec(line)?.[1] ?? []);
    deepEqual(iterations, Array.from({ length: 40 }, (_, index) => String(10 * index + 10)));
    const fresh = await runCommand(
      ["train", "--c", "a.yaml", "--store", `${place.store}2`, "--reports", `${place.reports}2`],
      { cwd: place.folder },
    );
    equal(fresh.code, 0, fresh.stderr);
    deepEqual(messages(fresh.stdout), messages(stdout));
  });
});

Deno.test("train tells how a run on a small profile is scaled down, and import-log refuses its log", async () => {
  const config = quickConfig({ dataset: "cifar10", num_classes: 10, img_size: 32 });
  await inWorkplace({ "a.yaml": config }, async (place) => {
    const { folder, store } = place;
    const run = await runCommand(train(place, "--profile", "smoke"), { cwd: folder });
    equal(run.code, 0, run.stderr);
    match(run.stdout, /Namespace\(.*dataset='synthetic', .*profile='smoke'/);
    const log = join(place.reports, `${name}.smoke`, "log.txt");
    const { code, stderr } = await runCommand(["import-log", log, "--store", store], {
      cwd: folder,
    });
    equal(code, 2, stderr);
    match(stderr, /scaled down by the profile "smoke"/);
  });
});

Deno.test("train says that a data set is not there and ends with 1", async () => {
  const config = quickConfig({ dataset: "cifar10", num_classes: 10, img_size: 32 });
  await inWorkplace({ "a.yaml": config, "data/README.md": "" }, async (place) => {
    const { code, stdout, stderr } = await runCommand(train(place, "--data", "data"), {
      cwd: place.folder,
    });
    equal(code, 1, stderr);
    equal(stdout, "");
    match(stderr, /not run: .*cifar-10 is not in the data folder/);
  });
});
