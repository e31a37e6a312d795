import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { expandSweep, loadSweep } from "../../../src/config/mod.ts";
import { importConfigs } from "../../../src/config/usb/mod.ts";
import { capabilities } from "../../../src/sweep/capabilities.ts";
import { userError } from "../sweep_files.ts";
import { columns, configText, first, paper, values } from "./config_files.ts";

/** Runs with a folder of files by path. */
async function withFiles<T>(
  files: Readonly<Record<string, string>>,
  run: (folder: string) => T,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(folder, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, name), text);
    }
    return run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What import-usb makes of files, and the sweep that is read back from its text. */
function imported(files: Readonly<Record<string, string>>) {
  return withFiles(files, (folder) => {
    const options = { capabilities: capabilities(), paper, cwd: folder };
    const result = importConfigs([join(folder, "config")], options);
    const file = join(folder, "sweep.yaml");
    Deno.writeTextFileSync(file, result.text);
    return { ...result, sweep: loadSweep(file) };
  });
}

const named = (config: Parameters<typeof configText>[0]) =>
  [`config/${config["save_name"]}.yaml`, configText(config)] as const;

/** Methods that USB's `classic_cv_imb` has: base, imbalance algorithm. */
const usbMethods: readonly (readonly [string, string | null])[] = [
  ["supervised", null],
  ["fixmatch", null],
  ...["abc", "adsh", "cossl", "crest", "crest+", "darp", "daso", "debiaspl", "saw", "simis"].map((
    name,
  ) => ["fixmatch", name] as const),
  ...["abc", "cossl", "crest", "crest+", "darp", "daso", "debiaspl", "saw", "simis"].map((name) =>
    ["remixmatch", name] as const
  ),
];

Deno.test("importConfigs() takes all methods and columns of USB's classic_cv_imb", async () => {
  const files = Object.fromEntries(
    usbMethods.flatMap(([algorithm, imbalance]) =>
      columns.map((column) => named(values(algorithm, imbalance, { column })))
    ),
  );
  const { runs, leftOut, sweep, text } = await imported(files);
  equal(runs.length, usbMethods.length * columns.length);
  deepEqual(leftOut, []);
  const { tables } = expandSweep(sweep, { capabilities: capabilities() });
  equal(tables.length, 1);
  equal(tables[0]!.rows.length, usbMethods.length);
  equal(tables[0]!.columns.length, columns.length);
  const here = tables[0]!.columns.map(({ id }) => id);
  for (const id of ["c10-consistent-1500", "c100-inverse-10", "stl10-20"]) {
    equal(here.includes(id), true, id);
  }
  match(text, /# - world_size|world_size: one machine/);
  match(text, /Not in this version[^]*method remixmatch\+cossl[^]*data set imagenet-127-112/);
});

Deno.test("importConfigs() makes cells with the parameters of their files", async () => {
  const other = { ...values("fixmatch", "daso"), daso_queue_len: 64, lr: 0.02 };
  const hundred = columns.find(({ dataset }) => dataset === "cifar100")!;
  const files = Object.fromEntries([
    named(other),
    named({ ...values("fixmatch", "daso", { column: hundred }), daso_queue_len: 64, lr: 0.02 }),
    named({ ...values("fixmatch", "abc"), lr: 0.02 }),
    named({ ...values("fixmatch", "abc", { column: hundred }), lr: 0.02, abc_loss_ratio: 2 }),
  ]);
  const { sweep } = await imported(files);
  equal(sweep.data.defaults?.learning_rate, 0.02);
  deepEqual(sweep.data.methods?.["fixmatch+daso"]?.params, { queue_length: 64 });
  const { tables } = expandSweep(sweep, { capabilities: capabilities() });
  const weights = tables[0]!.cells.filter(({ method }) => method === "fixmatch+abc")
    .map(({ column, methodParams }) => [column, methodParams["abc_weight"]]);
  deepEqual(weights.sort(), [["c10-consistent-1500", 1], ["c100-consistent-10", 2]]);
});

Deno.test("importConfigs() makes seeds an axis and says which runs it adds", async () => {
  const files = Object.fromEntries([
    named(values("fixmatch", "abc", { seed: 0 })),
    named(values("fixmatch", "abc", { seed: 2 })),
    named(values("fixmatch", "daso", { seed: 2 })),
  ]);
  const { sweep, text } = await imported(files);
  deepEqual(sweep.data.axes?.seed, [0, 2]);
  match(text, /Runs that no config file asks for[^]*fixmatch\+daso\/c10-consistent-1500: seed 0/);
});

Deno.test("importConfigs() makes tables without holes", async () => {
  const other = columns[1]!;
  const files = Object.fromEntries([
    named(values("fixmatch", "abc")),
    named(values("fixmatch", "abc", { column: other })),
    named(values("fixmatch", "daso")),
  ]);
  const { sweep } = await imported(files);
  const { tables } = expandSweep(sweep, { capabilities: capabilities() });
  deepEqual(tables.map(({ id, cells }) => [id, cells.length]), [["usb", 2], ["usb-2", 1]]);
});

Deno.test("importConfigs() makes rows of their own of files that differ in more than the seed", async () => {
  const a = { ...values("fixmatch", "darp"), save_name: "a" };
  const { sweep } = await imported(Object.fromEntries([
    named(a),
    named({ ...a, save_name: "b", darp_alpha: 1 }),
  ]));
  const { tables } = expandSweep(sweep, { capabilities: capabilities() });
  deepEqual(
    tables[0]!.cells.map(({ row, methodParams }) => [row, methodParams["darp_alpha"]]),
    [["fixmatch+darp", 2], ["fixmatch+darp-2", 1]],
  );
});

Deno.test("importConfigs() can be run small: profiles of the paper's file are taken over", async () => {
  const { sweep } = await imported(Object.fromEntries([named(values("fixmatch", "scssl"))]));
  const { tables } = expandSweep(sweep, { capabilities: capabilities(), profile: "smoke" });
  const [cell] = tables[0]!.cells;
  deepEqual([cell?.split.dataset, cell?.runs[0]?.params.net], ["synthetic", "wrn-10-1"]);
});

Deno.test("importConfigs() leaves out what cannot be had here, with its reason", async () => {
  const { leftOut, text, runs } = await imported(Object.fromEntries([
    named(values("fixmatch", "abc")),
    named({ ...values("fixmatch", "daso"), save_name: "adam", optim: "Adam" }),
  ]));
  equal(runs.length, 1);
  match(leftOut.join("\n"), /config\/adam\.yaml:\d+:8 "optim" can only be SGD here/);
  match(text, /# Left out:\n# - config\/adam\.yaml/);
});

Deno.test("importConfigs() throws a UserError with the mistakes of all files", async () => {
  const bad = (name: string) => ({ ...values("fixmatch", "abc"), save_name: name, num_lables: 3 });
  const files = Object.fromEntries([named(bad("a")), named(bad("b"))]);
  match(
    await userError(() => imported(files)),
    /config\/a\.yaml:\d+:1 Unknown key "num_lables"[^]*\nconfig\/b\.yaml:\d+:1 Unknown key/,
  );
});

Deno.test("importConfigs() throws a UserError where nothing is left, and for paths without files", async () => {
  const files = Object.fromEntries([named({ ...values("fixmatch", "abc"), optim: "Adam" })]);
  match(await userError(() => imported(files)), /"optim" can only be SGD here/);
  match(await userError(() => imported({ "config/a.txt": "x" })), /Expected \.yaml files/);
  match(await userError(() => imported({})), /no such file or folder/);
  equal(first.dataset, "cifar10");
});
