import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { expandSweep, findCell, loadSweep, tableDepartures } from "../../src/config/mod.ts";
import { capabilities } from "./capabilities.ts";
import { configs } from "./sweep_files.ts";

const open = (name: string) => loadSweep(join(configs, name));
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

Deno.test("configs open with command, time, result and deviations, and name their schema", async () => {
  for (const name of ["paper.yaml", "cifar10.yaml", "smoke.yaml"]) {
    const text = await Deno.readTextFile(join(configs, name));
    const [comment = ""] = text.split("\nversion: 1\n");
    ok(comment.split("\n").every((line) => line.startsWith("#")), name);
    for (const word of ["command ", "time ", "result ", "deviations "]) {
      ok(comment.includes(word), name);
    }
    match(comment, /\n# yaml-language-server: \$schema=sweep\.schema\.json$/);
  }
});

Deno.test("paper.yaml has the rows and columns of the paper's tables, in their order", async () => {
  const { tables } = expandSweep(open("paper.yaml"), { capabilities });
  equal(tables.length, 8);
  for (const table of tables) {
    equal(table.paper, table.id);
    const file = join(configs, "..", "paper", `${table.id}.yaml`);
    const published = parse(await Deno.readTextFile(file));
    deepEqual(ids(table.rows), ids(published.rows), table.id);
    deepEqual(ids(table.columns), ids(published.columns), table.id);
  }
});

Deno.test("paper.yaml has no departures under the profile paper and needs randaugment everywhere", () => {
  const { tables } = expandSweep(open("paper.yaml"), { capabilities });
  for (const table of tables) {
    deepEqual(tableDepartures(table), [], table.id);
    for (const { availability } of table.cells) {
      if (availability.kind === "quoted") continue;
      ok(availability.kind === "missing" && availability.reason.includes('"randaugment"'));
    }
  }
});

Deno.test("paper.yaml under mini is a declared departure of the real run", () => {
  const expanded = expandSweep(open("paper.yaml"), { capabilities, profile: "mini" });
  const cell = findCell(expanded, "table1/fixmatch+scssl/c10-consistent-500");
  deepEqual(cell.availability, { kind: "ok" });
  const { steps, net, batch, unlabelled_ratio, ema, bn_momentum, strong } = cell.runs[2]!.params;
  deepEqual({ steps, net, batch, unlabelled_ratio, ema, bn_momentum, strong }, {
    steps: 6144,
    net: "wrn-10-1",
    batch: 32,
    unlabelled_ratio: 2,
    ema: 0.99,
    bn_momentum: 0.05,
    strong: "simple",
  });
  deepEqual(cell.runs.map(({ params }) => params.split_seed), [0, 0, 0]);
  const sentences = cell.departures.map(({ sentence }) => sentence);
  ok(sentences.includes("steps 6,144 instead of 262,144"));
  ok(sentences.includes("split_seed 0 instead of the run's seed"));
  ok(sentences.includes("scssl.estimation_epochs 32 instead of 5"));
  ok(!sentences.some((sentence) => sentence.startsWith("labelled")));
  equal(
    findCell(expanded, "table3/in127-32/fixmatch").departures.find(({ name }) => name === "net")
      ?.paper,
    "resnet-50-small",
  );
});

Deno.test("paper.yaml under smoke uses synthetic data in every cell", () => {
  const { tables } = expandSweep(open("paper.yaml"), { capabilities, profile: "smoke" });
  const cells = tables.flatMap((table) => table.cells);
  ok(cells.every(({ split, synthesis }) => split.dataset === "synthetic" && synthesis !== null));
  ok(
    cells.every(({ method, availability }) =>
      availability.kind === "quoted" ||
      (availability.kind === "ok") === (method in capabilities.methods)
    ),
  );
});

Deno.test("paper.yaml gives Table 6 its ablations", () => {
  const expanded = expandSweep(open("paper.yaml"), { capabilities });
  const params = (row: string) => {
    const { c, tau_b, tau_e, thresholds } =
      findCell(expanded, `table6/${row}/c10-inverse-1500`).methodParams;
    return [thresholds, tau_b, tau_e, c];
  };
  deepEqual(params("c-init-tau-0-0-c-4"), ["c-init", 0, 0, 4]);
  deepEqual(params("c-init-tau-2-4-c-6"), ["c-init", 2, 4, 6]);
  deepEqual(params("fix-max-tau-2-none"), ["fix-max", 2, null, "auto"]);
  deepEqual(params("fix-min-tau-2-1"), ["fix-min", 2, 1, "auto"]);
});

Deno.test("cifar10.yaml runs the CIFAR-10 columns only and still lists the others", () => {
  const { tables } = expandSweep(open("cifar10.yaml"), { capabilities, profile: "mini" });
  deepEqual(ids(tables), ["table1", "table2", "table4", "table5", "table6", "table8"]);
  for (const { setting, runs, departures } of tables.flatMap((table) => table.cells)) {
    ok(runs.every(({ selected }) => selected === setting.startsWith("c10-")));
    ok(!departures.some(({ name }) => name === "dataset" || name === "seeds"));
  }
});

Deno.test("smoke.yaml is a small table of three methods that all exist", () => {
  const { tables } = expandSweep(open("smoke.yaml"), { capabilities });
  deepEqual(ids(tables), ["smoke"]);
  const [table] = tables;
  equal(table?.paper, null);
  ok(
    table!.cells.length >= 3 &&
      table!.cells.every(({ availability }) => availability.kind === "ok"),
  );
});
