import { deepEqual, equal, match } from "node:assert/strict";
import { type Cell, expandSweep, findCell, tableDepartures } from "../../src/config/mod.ts";
import type { ExpandOptions, Sweep } from "../../src/config/mod.ts";
import { capabilities } from "./capabilities.ts";
import { load, small, userError } from "./sweep_files.ts";

function cell(sweep: Sweep, id: string, options: Partial<ExpandOptions> = {}): Cell {
  return findCell(expandSweep(sweep, { capabilities, ...options }), id);
}

const profiles = `profiles:
  quick:
    run: {steps: 10, batch: 7}
    methods: {fixmatch: {p_cutoff: 0.5}}
    datasets: {synthetic: {ema: 0.5}}
    settings:
      "*": {labelled: {head: 9, ratio: 3}, unlabelled: {head: 8, ratio: 2}}
`;

Deno.test("expandSweep() lists every cell with every seed, row by row", async () => {
  const { tables, seeds, profile } = expandSweep(await load({ "main.yaml": small }), {
    capabilities,
  });
  equal(profile, "paper");
  deepEqual(seeds, [0, 1]);
  deepEqual(tables[0]?.cells.map(({ id, runs }) => [id, runs.map(({ seed }) => seed)]), [
    ["small/supervised/tiny", [0, 1]],
    ["small/base/tiny", [0, 1]],
    ["small/fixmatch+scssl@tau=1:none/tiny", [0, 1]],
  ]);
});

Deno.test("expandSweep() takes the run's seed for the split unless the split's is fixed", async () => {
  const sweep = await load({ "main.yaml": small });
  const splits = (options: Partial<ExpandOptions>) =>
    cell(sweep, "small/base/tiny", options).runs.map(({ params }) => params.split_seed);
  deepEqual(splits({}), [0, 1]);
  deepEqual(splits({ overrides: { split_seed: 5 } }), [5, 5]);
});

Deno.test("expandSweep() ranks profile < file < cell < flag", async () => {
  const text = small.replace(
    "  small:\n",
    "  small:\n    cells:\n      base/tiny: {run: {ema: 0.8}, params: {p_cutoff: 0.7}}\n",
  ) + profiles;
  const sweep = await load({ "main.yaml": text });
  const quick = { profile: "quick", overrides: { batch: 3 } };
  const base = cell(sweep, "small/base/tiny", quick);
  const { steps, batch, ema } = base.runs[0]!.params;
  deepEqual({ steps, batch, ema }, { steps: 256, batch: 3, ema: 0.8 });
  deepEqual(base.methodParams, { p_cutoff: 0.7 });
  const other = cell(sweep, "small/supervised/tiny", { profile: "quick" }).runs[0]!.params;
  deepEqual([other.batch, other.ema], [7, 0.5]);
});

Deno.test("expandSweep() changes a setting's sizes by profile and keeps its shape", async () => {
  const text = small.replace("shape: consistent", "shape: inverse") + profiles;
  const found = cell(await load({ "main.yaml": text }), "small/base/tiny", { profile: "quick" });
  deepEqual(found.split, {
    dataset: "synthetic",
    labelled: { head: 9, ratio: 3 },
    unlabelled: { shape: "inverse", head: 8, ratio: 2 },
  });
});

Deno.test("expandSweep() completes method parameters and spreads shorthands", async () => {
  const found = cell(await load({ "main.yaml": small }), "small/fixmatch+scssl@tau=1:none/tiny");
  deepEqual(found.methodParams, {
    p_cutoff: 0.95,
    c: "auto",
    tau_b: 1,
    tau_e: null,
    thresholds: "c-init",
    intervals: 2,
    estimation_epochs: 64,
  });
});

Deno.test("expandSweep() refuses method parameters where they are written", async () => {
  const refused = async (from: string, to: string) => {
    const sweep = await load({ "main.yaml": small.replace(from, to) });
    return await userError(() => expandSweep(sweep, { capabilities }));
  };
  equal(
    await refused("estimation_epochs: 64", "estimation_epoch: 64"),
    'main.yaml:18:14 Unknown key "estimation_epoch": did you mean "estimation_epochs"?',
  );
  equal(
    await refused("@tau=1:none", "@c=x"),
    'main.yaml:26:11 Expected "auto" or a number for "c", found "x"',
  );
  match(
    await refused("@tau=1:none", "@tau=1"),
    /^main\.yaml:26:11 "tau" sets tau_b, tau_e: expected 2/,
  );
});

Deno.test("expandSweep() lists what does not exist with its reason", async () => {
  const text = small.replace(
    "  fixmatch: {}",
    "  fixmatch: {}\n  fixmatch+abc: {}\n  fixmatch+bem: {quoted: true}",
  )
    .replace(
      "        - supervised",
      "        - fixmatch+abc\n        - fixmatch+bem\n        - supervised",
    )
    .replace("strong: simple", "strong: randaugment");
  const sweep = await load({ "main.yaml": text });
  deepEqual(cell(sweep, "small/fixmatch+abc/tiny").availability, {
    kind: "missing",
    missing: [{ what: "method", name: "fixmatch+abc" }, { what: "strong", name: "randaugment" }],
    reason: 'not in this version: method "fixmatch+abc", strong view "randaugment"',
  });
  equal(cell(sweep, "small/fixmatch+bem/tiny").availability.kind, "quoted");
  const simple = { overrides: { strong: "simple" as const } };
  deepEqual(cell(sweep, "small/supervised/tiny", simple).availability, { kind: "ok" });
});

/** What is wrong with the small file after a line of it was changed. */
async function refusal(from: string, to: string): Promise<string> {
  const sweep = await load({ "main.yaml": small.replace(from, to) });
  return await userError(() => expandSweep(sweep, { capabilities }));
}

Deno.test("expandSweep() refuses a net and a weak view that there are not, wherever they are written", async () => {
  equal(
    await refusal("steps: 256", "net: wrn-11-1"),
    'main.yaml:5:8 Unknown net "wrn-11-1": did you mean "wrn-10-1"?',
  );
  equal(
    await refusal(
      "tables:\n",
      "profiles: {quick: {datasets: {synthetic: {net: wrn-29-2}}}}\ntables:\n",
    ),
    'main.yaml:20:48 Unknown net "wrn-29-2": did you mean "wrn-28-2"?',
  );
  equal(
    await refusal("  small:\n", "  small:\n    cells: {base/tiny: {run: {weak: crop|filp}}}\n"),
    'main.yaml:22:37 Unknown weak view "crop|filp": did you mean "crop|flip"?',
  );
});

Deno.test("expandSweep() lists the net that import-usb writes for a table that lacks it", async () => {
  const sweep = await load({ "main.yaml": small.replace("steps: 256", "net: resnet-50") });
  deepEqual(cell(sweep, "small/base/tiny").availability, {
    kind: "missing",
    missing: [{ what: "net", name: "resnet-50" }],
    reason: 'not in this version: net "resnet-50"',
  });
});

Deno.test("expandSweep() refuses a misspelt method and lists one that is known by name", async () => {
  const declared = (id: string) => `  ${id}: {}\n  fixmatch: {}\n`;
  const message = await refusal("  fixmatch: {}\n", declared("fixmatch+scslss"));
  equal(message, 'main.yaml:16:3 Unknown method "fixmatch+scslss": did you mean "fixmatch+scssl"?');
  match(await refusal("  fixmatch: {}\n", declared("fixmach")), /:16:3 .* mean "fixmatch"\?/);
  for (const id of ["fixmatch+bem", "fixmatch+acr+cpe", "fixmatch+saw", "flexmatch"]) {
    const sweep = await load({ "main.yaml": small.replace("  fixmatch: {}\n", declared(id)) });
    expandSweep(sweep, { capabilities });
  }
  const quoted = small.replace("  fixmatch: {}\n", "  ours: {quoted: true}\n  fixmatch: {}\n");
  expandSweep(await load({ "main.yaml": quoted }), { capabilities });
});

Deno.test("expandSweep() refuses an unknown profile and an unknown table", async () => {
  const sweep = await load({ "main.yaml": small + profiles });
  equal(
    await userError(() => expandSweep(sweep, { capabilities, profile: "quik" })),
    'Unknown profile "quik" for main.yaml: did you mean "quick"?',
  );
  equal(
    await userError(() => expandSweep(sweep, { capabilities, tables: ["smal"] })),
    'Unknown table "smal" in main.yaml: did you mean "small"?',
  );
});

Deno.test("expandSweep() measures departures against the paper's defaults", async () => {
  const found = cell(await load({ "main.yaml": small }), "small/fixmatch+scssl@tau=1:none/tiny");
  deepEqual(found.departures.map(({ sentence }) => sentence), [
    "steps 256 instead of 262,144",
    "strong simple instead of randaugment",
    "scssl.estimation_epochs 64 instead of 5",
    "seeds 0, 1 instead of 0, 1, 2",
  ]);
});

Deno.test("expandSweep() measures departures of an extending file against the file it extends", async () => {
  const base = small.replace("defaults:\n  steps: 256\n  strong: simple\n", "") +
    "profiles:\n  paper: {run: {steps: 1000}}\n";
  const files = {
    "base.yaml": base,
    "main.yaml": "version: 1\nextends: base.yaml\ndefaults: {steps: 7}\n" +
      "settings:\n  tiny:\n    dataset: synthetic\n    labelled: {head: 30, ratio: 10}\n" +
      "    unlabelled: {shape: inverse, head: 40, ratio: 10}\n",
  };
  const found = cell(await load(files), "small/supervised/tiny");
  deepEqual(found.departures, [
    { name: "labelled.head", paper: "20", ours: "30", sentence: "labelled.head 30 instead of 20" },
    {
      name: "unlabelled.shape",
      paper: "consistent",
      ours: "inverse",
      sentence: "unlabelled.shape inverse instead of consistent",
    },
    { name: "steps", paper: "1,000", ours: "7", sentence: "steps 7 instead of 1,000" },
  ]);
  deepEqual(cell(await load({ "main.yaml": base }), "small/supervised/tiny").departures, []);
});

Deno.test("tableDepartures() says each departure once and where it holds", async () => {
  const [table] = expandSweep(await load({ "main.yaml": small }), { capabilities }).tables;
  deepEqual(tableDepartures(table!).map(({ name, cells }) => [name, cells]), [
    ["steps", "all"],
    ["strong", "all"],
    ["seeds", "all"],
    ["scssl.estimation_epochs", ["fixmatch+scssl@tau=1:none/tiny"]],
  ]);
});

Deno.test("findCell() names the part of an id that is unknown", async () => {
  const expanded = expandSweep(await load({ "main.yaml": small }), { capabilities });
  const refused = (id: string) => userError(() => findCell(expanded, id));
  match(await refused("small"), /expected <table>\/<row>\/<column>/);
  match(await refused("smal/base/tiny"), /no table "smal": did you mean "small"\?/);
  match(await refused("small/bas/tiny"), /no row "bas": did you mean "base"\?/);
  match(await refused("small/base/tin"), /no column "tin": did you mean "tiny"\?/);
});
