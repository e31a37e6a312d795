import { logText } from "../config/usb/logs.ts";
import { values } from "../config/usb/config_files.ts";
import { inWorkplace } from "./command.ts";
import { assertRefuses } from "./refuses.ts";
import { tiny } from "./tiny_sweep.ts";
import { quickConfig } from "./usb_files.ts";

/** One mistake: the command, the files beside it, and what the message must say. */
interface Mistake {
  readonly args: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly message: RegExp;
}

const train = (text: string, message: RegExp, ...more: readonly string[]): Mistake => ({
  args: ["train", "--c", "a.yaml", ...more],
  files: { "a.yaml": text },
  message,
});

const log = (text: string, message: RegExp, ...more: readonly string[]): Mistake => ({
  args: ["import-log", "log.txt", ...more],
  files: { "log.txt": text },
  message,
});

const whole = { every: 1024, accuracies: Array.from({ length: 256 }, (_, n) => n / 4) };

const mistakes: Readonly<Record<string, Mistake>> = {
  "train without a file": { args: ["train"], message: /required option '--c <file\.yaml>'/ },
  "train of a file that is not there": {
    args: ["train", "--c", "none.yaml"],
    message: /none\.yaml: no such file; check the path/,
  },
  "train of a file that is no YAML": {
    args: ["train", "--c", "a.txt"],
    message: /--c takes a \.yaml file, not "a\.txt"/,
  },
  "train of an empty file": train(
    "# nothing\n",
    /a\.yaml:1:1 The file is empty: expected keys of USB/,
  ),
  "train of a sweep file": train(tiny, /a\.yaml:1:1 "version" belongs to a sweep file/),
  "train of a list": train("- a\n", /a\.yaml:1:1 Expected a map .* found a list/),
  "train with a key of many values": train(
    "lr: [1, 2]\n",
    /a\.yaml:1:5 Expected one value for "lr"/,
  ),
  "train with a key twice": train("lr: 1\nlr: 2\n", /a\.yaml:2:1 Duplicate key "lr"/),
  "train with an unknown key": train(
    quickConfig({ num_lables: 5 }),
    /a\.yaml:\d+:1 Unknown key "num_lables": did you mean "num_labels"\?/,
  ),
  "train with a wrong type": train(
    quickConfig({ num_train_iter: "many" }),
    /a\.yaml:\d+:17 Expected a whole number for "num_train_iter", found "many"/,
  ),
  "train of an algorithm that is not there": train(
    quickConfig({ imb_algorithm: "cossl" }),
    /a\.yaml:2:16 This version has no method "fixmatch\+cossl": it has supervised, fixmatch/,
  ),
  "train of a net that is not there": train(
    quickConfig({ net: "resnet18" }),
    /a\.yaml:\d+:6 This version has no net "resnet18"/,
  ),
  "train of ImageNet's ResNet-50": train(
    quickConfig({ net: "resnet50" }),
    /a\.yaml:\d+:6 This version has no net resnet-50/,
  ),
  "train of a data set that is not there": train(
    quickConfig({ dataset: "svhn" }),
    /a\.yaml:\d+:10 This version cannot read the data set "svhn"; .*--data svhn=<folder>/,
  ),
  "train with another optimiser": train(
    quickConfig({ optim: "Adam" }),
    /a\.yaml:\d+:8 "optim" can only be SGD here .*found Adam/,
  ),
  "train of more images than there are": train(
    quickConfig({ num_labels: 90000 }),
    /a\.yaml:\d+:13 .*training images of class 0.*90000 labelled/,
  ),
  "train with --only": train(quickConfig(), /--only has no meaning for train/, "--only", "seed=0"),
  "train with an unknown engine": train(
    quickConfig(),
    /--engine: unknown engine "wsam": did you mean "wasm"\?/,
    "--engine",
    "wsam",
  ),
  "train with an unknown profile": train(quickConfig(), /profile "tiny"/, "--profile", "tiny"),

  "import-usb without a path": {
    args: ["import-usb"],
    message: /missing required argument 'path'/,
  },
  "import-usb of a path that is not there": {
    args: ["import-usb", "none"],
    message: /none: no such file or folder/,
  },
  "import-usb of a folder without files": {
    args: ["import-usb", "there"],
    files: { "there/a.txt": "" },
    message: /there Expected \.yaml files in the folder, found none/,
  },
  "import-usb of files with mistakes": {
    args: ["import-usb", "there", "-o", "out.yaml"],
    files: { "there/a.yaml": quickConfig(), "there/b.yaml": "lr: x\n", "there/c.yaml": "q: 1\n" },
    message: /there\/b\.yaml:1:5 Expected a number for "lr"[^]*there\/c\.yaml:1:1 Unknown key "q"/,
  },
  "import-usb of files that all ask for what is not there": {
    args: ["import-usb", "a.yaml"],
    files: { "a.yaml": quickConfig({ optim: "Adam" }) },
    message: /a\.yaml:\d+:8 "optim" can only be SGD/,
  },
  "import-usb into a file that is there": {
    args: ["import-usb", "a.yaml", "-o", "a.yaml"],
    files: { "a.yaml": quickConfig() },
    message: /--output a\.yaml: the file is there; --force replaces it/,
  },
  "import-usb into a folder that is not there": {
    args: ["import-usb", "a.yaml", "-o", "none/out.yaml"],
    files: { "a.yaml": quickConfig() },
    message: /--output none\/out\.yaml: there is no folder none/,
  },

  "import-log of a file that is not there": {
    args: ["import-log", "none.txt"],
    message: /none\.txt: no such file or folder/,
  },
  "import-log of a folder without logs": {
    args: ["import-log", "there"],
    files: { "there/a.txt": "" },
    message: /there: expected files called log\.txt/,
  },
  "import-log of a text that is no log": log("hello\n", /log\.txt:1:1 Expected a log of USB/),
  "import-log of a log that is cut off": log(
    logText({ ...whole, accuracies: [10, 20], result: null }),
    /log\.txt:\d+:1 The log is cut off: it reaches 2048 of 262144 iterations/,
  ),
  "import-log of another data set": log(
    logText({
      ...whole,
      config: { ...values("fixmatch", "cpe"), dataset: "cifar100", num_classes: 100 },
      images: null,
    }),
    /log\.txt:2:1 The log is not of table1.*dataset cifar-100 instead of cifar-10/,
    "--cell",
    "table1/fixmatch+cpe/c10-consistent-1500",
  ),
  "import-log into an unknown cell": log(
    logText(whole),
    /Unknown cell .*no column "c10-consistent-150": did you mean "c10-consistent-1500"\?/,
    "--cell",
    "table1/fixmatch+cpe/c10-consistent-150",
  ),
  "import-log with a seed that is none": log(
    logText(whole),
    /--seed takes a whole number/,
    "--seed",
    "x",
  ),
  "import-log of an unknown target": log(
    logText(whole),
    /Unknown target "tabel1": did you mean "table1"\?/,
    "--in",
    "tabel1",
  ),
};

for (const [name, { args, files = {}, message }] of Object.entries(mistakes)) {
  Deno.test(`the command line refuses ${name} and writes nothing`, async () => {
    await inWorkplace(files, async ({ folder, store, reports }) => {
      const places = {
        train: ["--store", store, "--reports", reports],
        "import-log": ["--store", store],
      }[args[0]!] ?? [];
      await assertRefuses([...args, ...places], { folder, message });
    });
  });
}
