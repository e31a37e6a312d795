import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { expandSweep, findCell, loadSweep, sweepOf } from "../../src/config/mod.ts";
import { openProject } from "../../src/dag/mod.ts";
import { parseUsbLog, sweepTree } from "../../src/config/usb/mod.ts";
import { capabilities } from "../../src/sweep/capabilities.ts";
import { importLog } from "../../src/sweep/import_log.ts";
import {
  type ImportedResult,
  importedSeed,
  readImported,
  runIdentity,
  writeImported,
} from "../../src/sweep/imported.ts";
import { columns, configText, paper, runOf, values } from "../config/usb/config_files.ts";
import { type LogOptions, logText, parsed } from "../config/usb/logs.ts";
import { configs, userError } from "../config/sweep_files.ts";

const known = capabilities();
const expanded = expandSweep(paper, { capabilities: known });
const cells = expanded.tables.flatMap((table) => table.cells);
const cpe = findCell(expanded, "table1/fixmatch+cpe/c10-consistent-1500");

// USB evaluates every 1,024 steps: fewer evaluations make another run, which no cell of the paper's is.
const usual = { every: 1024, accuracies: Array.from({ length: 256 }, (_, n) => n / 4) };

/** What import-log makes of a log. */
function take(
  log: LogOptions = usual,
  options: Partial<Parameters<typeof importLog>[1]> = {},
  read = parsed(log),
) {
  return importLog(read, {
    file: { name: "run/log.txt", sha256: "0".repeat(64), bytes: 10 },
    cells,
    incomplete: false,
    capabilities: known,
    paper,
    ...options,
  });
}

Deno.test("importLog() finds the cells of a log's run by its arguments", () => {
  const { cells: found, result } = take();
  deepEqual(found, ["table1/fixmatch+cpe/c10-consistent-1500"]);
  equal(result.identity, runIdentity(cpe, cpe.runs[0]!));
  deepEqual(result.best, { iteration: 262144, top1: 0.6375 });
  deepEqual(result.differences, []);
  equal(result.log.run, values("fixmatch", "cpe")["save_name"]);
});

Deno.test("importLog() finds every table that shows a run", () => {
  const config = values("fixmatch", "scssl");
  const { cells: found } = take({ ...usual, config });
  deepEqual(found.map((id) => id.split("/")[0]), ["table1", "table8"]);
});

Deno.test("importLog() counts the labelled images among the unlabelled ones for include_lb_to_ulb", async () => {
  const config = { ...values("fixmatch", "cpe"), include_lb_to_ulb: true };
  const tree = sweepTree([runOf(configText(config))], { paper, table: "usb", title: "usb" });
  const sweep = sweepOf(tree, { file: "/nowhere/usb.yaml", name: "usb.yaml" });
  const own = expandSweep(sweep, { capabilities: known }).tables.flatMap(({ cells }) => cells);
  const of = (unlabelled: number) =>
    take({ ...usual, config, images: [unlabelled, 3720] }, { cells: own }).cells;
  deepEqual(of(7443 + 3720), [own[0]!.id]);
  match(await userError(() => of(7443)), /it had 7443 unlabelled ones, .* has 11163/);
});

const wrong: Readonly<
  Record<string, readonly [LogOptions, Partial<Parameters<typeof importLog>[1]>, RegExp]>
> = {
  "of a run that no cell asks for": [
    { ...usual, config: { ...values("fixmatch", "cpe"), lr: 0.1 } },
    {},
    /run\/log\.txt:3:1 No cell here is of this run .*nearest is table1\/fixmatch\+cpe\/c10-consistent-1500.*learning_rate 0\.1 instead of 0\.03.*--cell/,
  ],
  "of a method that no cell has": [
    { ...usual, config: values("fixmatch", "saw") },
    {},
    /No cell here is of this run \(fixmatch\+saw .*--in names a sweep file/,
  ],
  "of another data set than the cell's": [
    { ...usual, config: values("fixmatch", "cpe", { column: columns[6]! }), images: null },
    { named: cpe },
    /The log is not of table1\/fixmatch\+cpe\/c10-consistent-1500: it has dataset cifar-100 instead of cifar-10/,
  ],
  "of other counts than the cell's": [
    { ...usual, config: values("fixmatch", "cpe", { column: columns[3]! }), images: null },
    { named: cpe },
    /it has labelled\.head 500 instead of 1,500/,
  ],
  "of another method than the cell's": [
    { ...usual, config: values("fixmatch", "abc") },
    { named: cpe },
    /it has .*method fixmatch\+abc instead of fixmatch\+cpe/,
  ],
  "of other images than its arguments say": [
    { ...usual, images: [7443, 3719] },
    {},
    /run\/log\.txt:2:1 The log is of other images: it had 3719 labelled ones, .* has 3720/,
  ],
  "of another seed than the given one": [
    usual,
    { seed: 1 },
    /The log is of seed 0, not of the seed 1/,
  ],
  "of a seed that the cell does not have": [
    { ...usual, config: values("fixmatch", "cpe", { seed: 7 }) },
    { named: cpe },
    /The log is of seed 7: .* has the seeds 0, 1, 2/,
  ],
  "without arguments": [
    { ...usual, withArguments: false },
    {},
    /no line "Arguments: .*--cell and --seed/,
  ],
  "without arguments or seed": [
    { ...usual, withArguments: false },
    { named: cpe },
    /does not say its seed: --seed does/,
  ],
  "of the paper's size for a cell of a small profile": [
    { ...usual, config: { ...values("fixmatch", "cpe"), include_lb_to_ulb: false } },
    { named: findCell(expandSweep(paper, { capabilities: known, profile: "smoke" }), cpe.id) },
    /it has dataset cifar-10 instead of synthetic/,
  ],
};

for (const [name, [log, options, message]] of Object.entries(wrong)) {
  Deno.test(`importLog() throws a UserError for a log ${name}`, async () => {
    match(await userError(() => take(log, options)), message);
  });
}

Deno.test("importLog() throws a UserError for a log of a run that a profile scaled down", async () => {
  const text = logText(usual).replace("Namespace(", "Namespace(profile='smoke', ");
  match(
    await userError(() => take(usual, {}, parseUsbLog(text, "run/log.txt"))),
    /run\/log\.txt:3:1 The log is of a run scaled down by the profile "smoke"/,
  );
});

Deno.test("importLog() takes a log for the cell that is named, and notes how its run differs", () => {
  const config = { ...values("fixmatch", "cpe"), lr: 0.1, net: "wrn_28_8" };
  const { result, cells: found } = take({ ...usual, config }, { named: cpe });
  deepEqual(found, [cpe.id]);
  deepEqual(result.differences, [
    "net wrn-28-8 instead of wrn-28-2",
    "learning_rate 0.1 instead of 0.03",
  ]);
  equal(result.identity, runIdentity(cpe, cpe.runs[0]!));
});

Deno.test("importLog() takes a log without arguments for a named cell and seed", () => {
  const { result } = take({ ...usual, withArguments: false }, { named: cpe, seed: 2 });
  deepEqual(result.differences, ["the log does not say how its run was made"]);
  equal(result.identity, runIdentity(cpe, cpe.runs[2]!));
});

Deno.test("importedSeed() picks among the log's evaluations as the cell does", () => {
  const { result } = take({
    ...usual,
    accuracies: usual.accuracies.map((_, n) => n < 250 ? 90 : n - 200),
  });
  const shown = (pick: "best" | "last" | "mean-last-20" | "median-last-20") => {
    const run = { ...cpe.runs[0]!, params: { ...cpe.runs[0]!.params, pick } };
    return importedSeed(result, { cell: cpe, run });
  };
  deepEqual([shown("best")?.top1, shown("best")?.selected_step], [0.9, 1024]);
  deepEqual([shown("last")?.top1, shown("last")?.selected_step], [0.55, 262144]);
  const mean = (14 * 0.9 + (0.5 + 0.51 + 0.52 + 0.53 + 0.54 + 0.55)) / 20;
  equal(shown("mean-last-20")?.top1.toFixed(6), mean.toFixed(6));
  equal(shown("median-last-20")?.top1, 0.9);
  equal(shown("best")?.test_count, 10000);
  const short = { ...result, evaluations: [] } as ImportedResult;
  const last = { ...cpe.runs[0]!, params: { ...cpe.runs[0]!.params, pick: "last" as const } };
  equal(importedSeed(short, { cell: cpe, run: last }), undefined);
});

Deno.test("importedSeed() says that a log was cut off", () => {
  const { result } = take(
    { ...usual, accuracies: usual.accuracies.slice(0, 200), result: null },
    { incomplete: true },
  );
  const shown = importedSeed(result, { cell: cpe, run: cpe.runs[0]! });
  deepEqual(shown?.differences, ["the log ends at 204800 of 262144 iterations"]);
});

Deno.test("readImported() reads what writeImported() wrote, and refuses what it did not", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { store } = openProject(join(configs, ".."), { store: join(folder, "store") });
    equal(readImported(store).size, 0);
    store.prepare();
    const { result } = take(usual);
    const path = writeImported(store, result);
    deepEqual([...readImported(store).values()], [result]);
    await Deno.writeTextFile(path, "{}");
    match(await userError(() => readImported(store)), /expected a result of import-log/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runIdentity() is that of every cell with the same run, whatever it shows of it", () => {
  const other = { ...cpe.runs[0]!, params: { ...cpe.runs[0]!.params, pick: "last" as const } };
  equal(runIdentity(cpe, cpe.runs[0]!), runIdentity(cpe, other));
  const more = { ...other, params: { ...other.params, steps: 1 } };
  equal(runIdentity(cpe, other) === runIdentity(cpe, more), false);
  equal(loadSweep("paper.yaml", { cwd: configs }).name, "paper.yaml");
});
