import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { small } from "../config/sweep_files.ts";
import { inWorkplace, runCommand } from "./command.ts";
import { assertRefuses, namesBelow } from "./refuses.ts";

/** One mistake: the command, the files beside it, and what the message must say. */
interface Mistake {
  readonly args: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** Makes what text files cannot be. */
  readonly prepare?: (folder: string) => Promise<void>;
  readonly env?: Record<string, string>;
  readonly message: RegExp;
}

const sweep = (from: string, to: string, message: RegExp): Mistake => ({
  args: ["sweep", "main.yaml"],
  files: { "main.yaml": small.replace(from, to) },
  message,
});

const command = (args: readonly string[], message: RegExp): Mistake => ({ args, message });

const archive = "cifar-10/cifar-10-binary.tar.gz";
const onReal = small.replaceAll("synthetic", "cifar-10");

const mistakes: Readonly<Record<string, Mistake>> = {
  "an unknown key": sweep(
    "steps: 256",
    "stpes: 256",
    /main\.yaml:5:3 Unknown key "stpes": did you mean "steps"\?/,
  ),
  "a wrong type": sweep(
    "256",
    "many",
    /main\.yaml:5:10 Expected a number for "steps", found "many"/,
  ),
  "a duplicate key": sweep(
    "  steps: 256\n",
    "  steps: 256\n  steps: 8\n",
    /main\.yaml:6:3 Duplicate key "steps"/,
  ),
  "a tab as indentation": sweep("  steps: 256", "\tsteps: 256", /main\.yaml:5:1 .*[Tt]ab.*space/),
  "an empty file": {
    args: ["sweep", "main.yaml"],
    files: { "main.yaml": "" },
    message: /main\.yaml:1:1 .*empty/,
  },
  "text that is no YAML": sweep("[0, 1]", "[0, 1", /main\.yaml:\d+:\d+ /),
  "an extends cycle": {
    args: ["sweep", "main.yaml"],
    files: {
      "main.yaml": "version: 1\nextends: b.yaml\n",
      "b.yaml": "version: 1\nextends: main.yaml\n",
    },
    message: /b\.yaml:2:10 .*circle: main\.yaml -> b\.yaml -> main\.yaml/,
  },
  "a file to extend that is not there": {
    args: ["sweep", "main.yaml"],
    files: { "main.yaml": "version: 1\nextends: base.yml\n" },
    message: /main\.yaml:2:10 No such file "base\.yml"/,
  },
  "a sweep file that is not there": command(["sweep", "none.yaml"], /none\.yaml: no such file/),
  "a sweep file without its ending": command(["sweep", "smoke"], /takes a \.yaml file.*reproduce/),
  "an unknown method in a file": sweep(
    "- supervised",
    "- supervisde",
    /main\.yaml:24:11 Unknown method "supervisde": did you mean "supervised"\?/,
  ),
  "a net that there is not": sweep(
    "steps: 256",
    "net: wrn-11-1",
    /main\.yaml:5:8 Unknown net "wrn-11-1": did you mean "wrn-10-1"\?/,
  ),
  "a misspelt method that the file declares": sweep(
    "fixmatch+scssl:\n",
    "fixmatch+scslss:\n",
    /main\.yaml:17:3 Unknown method "fixmatch\+scslss": did you mean "fixmatch\+scssl"\?/,
  ),
  "several mistakes in one file": {
    args: ["sweep", "main.yaml"],
    files: {
      "main.yaml": small.replace("estimation_epochs:", "estimation_epoch:")
        .replace("  fixmatch: {}", "  fixmach: {}").replace("[tiny]", "[tyni]"),
    },
    message:
      /:16:3 Unknown method "fixmach".*\n.*:18:14 Unknown key "estimation_epoch".*\n.*:25:\d+ Unknown method.*\n.*Unknown setting "tyni"/,
  },
  "an unknown setting in a file": sweep(
    "[tiny]",
    "[tyni]",
    /main\.yaml:28:18 Unknown setting "tyni": did you mean "tiny"\?/,
  ),
  "more images of a class than the made set has": sweep(
    "labelled: {head: 20,",
    "labelled: {head: 90000,",
    /main\.yaml:12:15 .*"tiny".*training images of class 0.*90000 labelled.*lower/,
  ),
  "more images of a class than a folder has": {
    args: ["sweep", "main.yaml", "--data", "shots=shots"],
    files: { "main.yaml": small.replaceAll("synthetic", "shots") },
    prepare: writeImages,
    message: /main\.yaml:12:15 Setting "tiny": shots has 2 training images of class 0.*lower/,
  },
  "a seed that training does not take": sweep(
    "[0, 1]",
    "[3000000000]",
    /main\.yaml:\d+:\d+ Expected at most 2147483647 for "seed", found 3000000000/,
  ),
  "an average that never moves": sweep(
    "steps: 256",
    "ema: 1",
    /main\.yaml:5:8 Expected less than 1 for "ema", found 1/,
  ),
  "an unknown target": command(
    ["reproduce", "tabel1"],
    /Unknown target "tabel1": did you mean "table1"\?/,
  ),
  "a target like one that is not there yet": command(
    ["reproduce", "figure4"],
    /Unknown target "figure4": expected one of "smoke", "table1"/,
  ),
  "a flag that gc does not use": command(["gc", "--only", "seed=0"], /unknown option '--only'/),
  "an unknown profile": command(
    ["reproduce", "smoke", "--profile", "tiny"],
    /[Pp]rofile "tiny".*paper/,
  ),
  "an unknown method": command(
    ["reproduce", "smoke", "--only", "method=fixmach"],
    /"fixmach".*did you mean "fixmatch"\?/,
  ),
  "an unknown setting": command(
    ["reproduce", "smoke", "--only", "setting=smoek"],
    /"smoek".*did you mean "smoke"\?/,
  ),
  "a seed that is not in the sweep": command(
    ["reproduce", "smoke", "--only", "seed=9"],
    /seed "9": expected one of "0", "1", "2"/,
  ),
  "an unknown cell": command(
    ["explain", "smoke/fixmatch/smoek"],
    /Unknown cell.*no column "smoek": did you mean "smoke"\?/,
  ),
  "a cell of a table that no target has": command(
    ["explain", "mine/fixmatch/tail"],
    /Unknown cell.*no table "mine".*--in <file\.yaml>/,
  ),
  "a cell of two parts": command(
    ["explain", "smoke/fixmatch"],
    /Unknown cell.*<table>\/<row>\/<column>/,
  ),
  "an unknown key of a result": command(
    ["explain", "00000000"],
    /no recipe or content key begins with 00000000/,
  ),
  "a program of an unknown cell": command(
    ["program", "smoke/fixmatch/smoek"],
    /no column "smoek": did you mean "smoke"/,
  ),
  "a program of an unknown row": command(
    ["program", "table1/fixmtach/c10-consistent-500"],
    /no row "fixmtach": did you mean "fixmatch"/,
  ),
  "neither a cell nor a key": command(["explain", "fixmatch"], /neither a cell .* nor a key/),
  "an unknown engine": command(
    ["reproduce", "smoke", "--engine", "wasn"],
    /unknown engine "wasn": did you mean "wasm"\?/i,
  ),
  "an npm package that is not installed": command(
    ["reproduce", "smoke", "--engine", "tfjs-node-gpu"],
    /"tfjs-node-gpu" cannot be used: it is not installed.*npm install --prefix .*tfjs-node-gpu@/,
  ),
  "an engine that is not installed": command(
    ["reproduce", "smoke", "--engine", "xla"],
    /the engine "xla" cannot be used: it is not installed.*deno task engine install xla/,
  ),
  "an unknown device": command(
    ["reproduce", "smoke", "--device", "gpu"],
    /--device takes auto, cpu, cuda or cuda:<n>, not "gpu"/,
  ),
  "a setting of the GPU that means nothing": {
    args: ["sweep", "main.yaml", "--engine", "xla"],
    files: { "main.yaml": small },
    env: { RETABLE_CUDA_MEMORY_FRACTION: "40%" },
    message: /RETABLE_CUDA_MEMORY_FRACTION: expected a number above 0 to 1, found "40%"/,
  },
  "a device that an engine does not have": command(
    ["reproduce", "smoke", "--engine", "wasm", "--device", "cuda:1"],
    /--device cuda:1: only the engine xla/,
  ),
  "an engine to install that is unknown": command(
    ["engine", "install", "tensorflw"],
    /unknown engine "tensorflw": did you mean "tensorflow"\?/,
  ),
  "to remove the engine that is always there": command(
    ["engine", "remove", "wasm"],
    /wasm is part of this program/,
  ),
  "an empty --only": command(["reproduce", "smoke", "--only", ""], /--only is empty: expected/),
  "an ill-formed --only": command(
    ["reproduce", "smoke", "--only", "fixmatch"],
    /--only "fixmatch" is ill-formed: expected/,
  ),
  "an unknown axis in --only": command(
    ["reproduce", "smoke", "--only", "metod=fixmatch"],
    /unknown axis "metod": did you mean "method"\?/,
  ),
  "a truncated archive": {
    args: ["sweep", "main.yaml", "--data", "root"],
    files: { "main.yaml": onReal, [`root/${archive}`]: "cut" },
    message: /cifar-10-binary\.tar\.gz is truncated: expected 170052171 bytes, found 3/,
  },
  "an archive with the wrong hash": {
    args: ["sweep", "main.yaml", "--data", "root"],
    files: { "main.yaml": onReal, [`root/${archive}`]: "" },
    // Full size, all zeros: a sparse file that costs no disk.
    prepare: (folder) => Deno.truncate(join(folder, "root", archive), 170_052_171),
    message: /not the official file: expected MD5 [0-9a-f]{32}, found [0-9a-f]{32}\. Delete it/,
  },
  "a mistake in index.csv": {
    args: ["sweep", "main.yaml", "--data", "shots=shots"],
    files: {
      "main.yaml": small.replaceAll("synthetic", "shots"),
      "shots/index.csv": "file,part\n",
    },
    message: /index\.csv:1:\d+ /,
  },
  "a root of data that is not there": command(
    ["reproduce", "smoke", "--data", "nowhere"],
    /--data nowhere: there is no folder/,
  ),
  "a folder of a data set that is not there": command(
    ["reproduce", "table1", "--data", "cifar-10=nowhere"],
    /--data cifar-10=nowhere: there is no folder/,
  ),
  "a folder that holds no data set": {
    args: ["reproduce", "table1", "--profile", "mini", "--data", "cifar-10=root"],
    files: { "root/readme.txt": "nothing" },
    message: /--data cifar-10=.*root: expected .*index\.csv/,
  },
  "a misspelt data set": {
    args: ["sweep", "main.yaml", "--data", "cifar10=shots"],
    files: { "main.yaml": small },
    prepare: writeImages,
    message: /--data cifar10=.*unknown data set "cifar10": did you mean "cifar-10"\?/,
  },
  "a misspelt data set whose folder holds none": {
    args: ["sweep", "main.yaml", "--data", "cifar10=root"],
    files: { "main.yaml": small, "root/readme.txt": "nothing" },
    message: /--data cifar10=.*unknown data set "cifar10": did you mean "cifar-10"\?/,
  },
  "a folder for the set that is made": {
    args: ["sweep", "main.yaml", "--data", "synthetic=shots"],
    files: { "main.yaml": small },
    prepare: writeImages,
    message: /the synthetic set is made, not read/,
  },
  "a target that is not there yet": command(
    ["reproduce", "figure3"],
    /"figure3" is not available yet: expected one of smoke, table1/,
  ),
  "no jobs": command(["reproduce", "smoke", "--jobs", "0"], /--jobs takes a whole number.*"0"/),
  "half a job": command(["reproduce", "smoke", "--jobs", "1.5"], /--jobs takes a whole number/),
  "threads that are no number": command(
    ["reproduce", "smoke", "--threads", "x"],
    /--threads takes a whole number.*"x"/,
  ),
  "an executor that is not there yet": command(
    ["reproduce", "smoke", "--executor", "slurm"],
    /"slurm" is not available.*local/,
  ),
  "an unknown flag": command(
    ["reproduce", "smoke", "--job", "2"],
    /unknown option '--job'\s*\(Did you mean --jobs\?\)/,
  ),
  "a missing argument": command(["reproduce"], /missing required argument 'target'/),
  "a flag without its value": command(
    ["reproduce", "smoke", "--jobs"],
    /'--jobs <n>' argument missing/,
  ),
  "an argument too many": command(["sweep", "a.yaml", "b.yaml"], /too many arguments/),
  "an unknown command": command(
    ["reprodcue"],
    /unknown command 'reprodcue'\s*\(Did you mean reproduce\?\)/,
  ),
  "an unknown format": command(
    ["graph", "smoke", "--format", "dott"],
    /--format: unknown format "dott": did you mean "dot"\?/,
  ),
  "an unknown data set": command(
    ["data", "get", "cifar10"],
    /[Uu]nknown data set "cifar10": did you mean "cifar-10"\?/,
  ),
  "an unknown benchmark": command(["bench", "grpah"], /unknown benchmark "grpah".*"graph"/i),
};

/** Ten classes of two training images each, as an indexed folder. */
async function writeImages(folder: string): Promise<void> {
  const { default: sharp } = await import("sharp");
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
    .png().toBuffer();
  const rows = ["file,split,label"];
  await Deno.mkdir(join(folder, "shots"));
  for (let image = 0; image < 30; image++) {
    await Deno.writeFile(join(folder, "shots", `${image}.png`), new Uint8Array(picture));
    rows.push(`${image}.png,${image < 20 ? "train" : "test"},${image % 10}`);
  }
  await Deno.writeTextFile(join(folder, "shots/index.csv"), `${rows.join("\n")}\n`);
}

const takesStore: readonly string[] = ["reproduce", "sweep", "explain", "graph", "program"];
const takesReports: readonly string[] = ["reproduce", "sweep"];

for (const [name, { args, files = {}, prepare, env = {}, message }] of Object.entries(mistakes)) {
  Deno.test(`the command line refuses ${name} and writes nothing`, async () => {
    await inWorkplace(files, async ({ folder, store, reports }) => {
      await prepare?.(folder);
      await assertRefuses([
        args[0]!,
        ...(takesStore.includes(args[0]!) ? ["--store", store] : []),
        ...(takesReports.includes(args[0]!) ? ["--reports", reports] : []),
        ...args.slice(1),
      ], { folder, message, env });
    });
  });
}

const unwritable: Readonly<Record<string, string>> = {
  "below a regular file": "file/store",
  "where no folder can be made": "/proc/retable-store",
};

for (const [name, path] of Object.entries(unwritable)) {
  for (const flag of ["--store", "--reports"]) {
    const ignore = path.startsWith("/proc") && Deno.build.os !== "linux";
    Deno.test({ name: `the command line refuses ${flag} ${name}`, ignore }, async () => {
      await inWorkplace({ "main.yaml": small, file: "x" }, async ({ folder, store, reports }) => {
        const places = { "--store": store, "--reports": reports, [flag]: join(folder, path) };
        if (path.startsWith("/")) places[flag] = path;
        const before = await namesBelow(folder);
        const { code, stderr } = await runCommand([
          "sweep",
          "main.yaml",
          ...Object.entries(places).flat(),
        ], { cwd: folder });
        equal(code, 2, stderr);
        match(stderr, new RegExp(`${flag} ${places[flag]}: .*; name another`));
        doesNotMatch(stderr, /os error|tmpdir/, "a word of the system call");
        doesNotMatch(stderr, /^\s+at .*:\d+/m, "a stack trace");
        deepEqual(await namesBelow(folder), before);
      });
    });
  }
}
