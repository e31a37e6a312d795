import { deepEqual, equal, match } from "node:assert/strict";
import { load, small, userError } from "./sweep_files.ts";

const changed = (from: string, to: string) => load({ "main.yaml": small.replace(from, to) });

Deno.test("loadSweep() reads a whole file", async () => {
  const sweep = await load({ "main.yaml": small });
  equal(sweep.name, "main.yaml");
  equal(sweep.reference, null);
  deepEqual(sweep.data.defaults, { steps: 256, strong: "simple" });
  deepEqual(sweep.tables.get("small")?.rows.map(({ id, label }) => [id, label]), [
    ["supervised", "supervised"],
    ["base", "FixMatch"],
    ["fixmatch+scssl@tau=1:none", "fixmatch+scssl@tau=1:none"],
  ]);
});

const mistakes: Readonly<Record<string, [from: string, to: string, message: string]>> = {
  "an unknown key": [
    "  steps: 256",
    "  stpes: 256",
    'main.yaml:5:3 Unknown key "stpes": did you mean "steps"?',
  ],
  "an unknown key of the file": [
    "tables:",
    "tabels:",
    'main.yaml:20:1 Unknown key "tabels": did you mean "tables"?',
  ],
  "an unknown key of a row": [
    "label: FixMatch",
    "lable: FixMatch",
    'main.yaml:25:40 Unknown key "lable": did you mean "label"?',
  ],
  "a wrong type": ["256", "many", 'main.yaml:5:10 Expected a number for "steps", found "many"'],
  "a broken number": [
    "256",
    "2.5",
    'main.yaml:5:10 Expected a whole number for "steps", found 2.5',
  ],
  "a number out of range": ["256", "0", 'main.yaml:5:10 Expected at least 1 for "steps", found 0'],
  "nothing": ["256", "", 'main.yaml:5:10 Expected a number for "steps", found nothing'],
  "an unknown value": [
    "strong: simple",
    "strong: simpel",
    'main.yaml:6:11 Unknown value "simpel" for "strong": did you mean "simple"?',
  ],
  "an unknown data set": [
    "dataset: synthetic",
    "dataset: sintetic",
    'main.yaml:11:14 Unknown data set "sintetic": did you mean "synthetic"?',
  ],
  "an unknown method": [
    "- supervised",
    "- supervisde",
    'main.yaml:24:11 Unknown method "supervisde": did you mean "supervised"?',
  ],
  "an ill-formed method": [
    "@tau=1:none",
    "@tau",
    'main.yaml:26:11 Expected "name=value" after "@" in "fixmatch+scssl@tau", found "tau"',
  ],
  "an unknown setting": [
    "[tiny]",
    "[tyni]",
    'main.yaml:28:18 Unknown setting "tyni": did you mean "tiny"?',
  ],
  "a labelled set without a ratio": [
    "labelled: {head: 20, ratio: 10}",
    "labelled: {head: 20}",
    'main.yaml:12:15 "head" and "ratio" go together: expected both',
  ],
  "an unlabelled ratio that means nothing": [
    "shape: consistent",
    "shape: uniform",
    'main.yaml:13:51 "ratio" has no meaning for shape "uniform": remove it',
  ],
  "a seed that is there twice": ["[0, 1]", "[0, 0]", "main.yaml:3:13 Seed 0 is there twice"],
  "a row that is there twice": [
    "id: base, method: fixmatch",
    "method: supervised",
    'main.yaml:25:20 "supervised" is there twice: give one of the two another "id"',
  ],
  "another format version": [
    "version: 1",
    "version: 2",
    'main.yaml:1:10 Expected 1 for "version", found 2',
  ],
};

for (const [name, [from, to, message]] of Object.entries(mistakes)) {
  Deno.test(`loadSweep() refuses ${name} with its place`, async () => {
    equal(await userError(() => changed(from, to)), message);
  });
}

Deno.test("loadSweep() names all that is wrong, in the order of the file", async () => {
  const message = await userError(() =>
    changed("steps: 256\n  strong: simple", "setps: 1\n  batch: x")
  );
  deepEqual(message.split("\n"), [
    'main.yaml:5:3 Unknown key "setps": did you mean "steps"?',
    'main.yaml:6:10 Expected a number for "batch", found "x"',
  ]);
});

Deno.test("loadSweep() lays a file over the one that it extends", async () => {
  const sweep = await load({
    "main.yaml": "version: 1\nextends: base.yaml\naxes: {seed: [7]}\ndefaults: {steps: 9}\n" +
      "settings:\n  tiny: {dataset: synthetic, labelled: {fraction: .5}, unlabelled: {shape: all}}\n",
    "base.yaml": small,
  });
  deepEqual(sweep.data.axes?.seed, [7]);
  deepEqual(sweep.data.defaults, { steps: 9, strong: "simple" });
  deepEqual(sweep.data.settings?.["tiny"]?.labelled, { fraction: 0.5 });
  equal(sweep.tables.size, 1);
});

Deno.test("loadSweep() gives the place in the file that an error comes from", async () => {
  const message = await userError(() =>
    load({
      "main.yaml": "version: 1\nextends: base.yaml\n",
      "base.yaml": small.replace("256", "x"),
    })
  );
  match(message, /^base\.yaml:5:10 /);
});

Deno.test("loadSweep() names the chain of an extends cycle", async () => {
  const file = (next: string) => `version: 1\nextends: ${next}\n`;
  const message = await userError(() =>
    load({ "main.yaml": file("b.yaml"), "b.yaml": file("c.yaml"), "c.yaml": file("main.yaml") })
  );
  equal(
    message,
    'c.yaml:2:10 "extends" goes in a circle: main.yaml -> b.yaml -> c.yaml -> main.yaml',
  );
});

Deno.test("loadSweep() names an absent extended file and a near one", async () => {
  const files = { "main.yaml": "version: 1\nextends: papr.yaml\n", "paper.yaml": small };
  equal(
    await userError(() => load(files)),
    'main.yaml:2:10 No such file "papr.yaml": did you mean "paper.yaml"?',
  );
});

Deno.test("loadSweep() names an absent file", async () => {
  equal(await userError(() => load({})), "main.yaml: no such file; check the path");
});
