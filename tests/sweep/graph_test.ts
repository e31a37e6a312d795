import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Cell,
  type Expanded,
  expandSweep,
  loadSweep,
  parseOnly,
} from "../../src/config/mod.ts";
import { makePlan, type NodeSpec, openProject, type Plan } from "../../src/dag/mod.ts";
import { loadPaperTable, type PaperTable } from "../../src/report/mod.ts";
import { capabilities } from "../../src/sweep/capabilities.ts";
import { buildTables, rootsOf, type RunNodes, type TableNodes } from "../../src/sweep/graph.ts";
import type { Source } from "../../src/sweep/sources.ts";
import { load, small } from "../config/sweep_files.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));

/** A data set of ten classes that is there in full. */
function there(dataset: string): Source {
  return {
    found: {
      kind: dataset === "synthetic" ? "synthetic" : "archive",
      path: "",
      digest: dataset === "synthetic" ? "parameters" : `md5:${dataset}`,
      facts: {
        dataset,
        trainCounts: new Array<number>(100).fill(5000),
        testCount: 10_000,
        classNames: [],
      },
    } as unknown as Extract<Source, { found: unknown }>["found"],
  };
}

function sourcesOf(
  expanded: Expanded,
  make: (dataset: string) => Source = there,
): Map<string, Source> {
  const cells = expanded.tables.flatMap((table) => table.cells);
  return new Map(cells.map(({ split: { dataset } }) => [dataset, make(dataset)]));
}

/** The paper's tables at the size of a laptop: there the methods of this version can run. */
async function paper(
  tables: readonly string[],
  { only, source = there, known = capabilities({}) }: {
    readonly only?: string;
    readonly source?: (dataset: string) => Source;
    /** What the version can do. */
    readonly known?: ReturnType<typeof capabilities>;
  } = {},
): Promise<TableNodes[]> {
  const expanded = expandSweep(loadSweep(join(project, "configs/paper.yaml"), {}), {
    capabilities: known,
    profile: "mini",
    tables,
    ...(only === undefined ? {} : { only: parseOnly([only]) }),
  });
  const papers = new Map<string, PaperTable>();
  for (const { paper } of expanded.tables) {
    if (paper !== null) {
      papers.set(paper, await loadPaperTable(join(project, `paper/${paper}.yaml`)));
    }
  }
  return buildTables(expanded, { sources: sourcesOf(expanded, source), papers });
}

async function fromText(text: string): Promise<TableNodes[]> {
  const expanded = expandSweep(await load({ "main.yaml": text }), {
    capabilities: capabilities({}),
    profile: "paper",
  });
  return buildTables(expanded, { sources: sourcesOf(expanded), papers: new Map() });
}

function planned(tables: readonly TableNodes[]): Plan {
  const store = join(project, "tests/sweep/no-store");
  const opened = openProject(project, { store });
  return makePlan(rootsOf(tables), { ...opened, engine: { family: "wasm", given: false } });
}

function nodesOf(tables: readonly TableNodes[], id: string): readonly RunNodes[] {
  const found = tables.flatMap(({ cells }) => cells).find(({ cell }) => cell.id === id);
  ok(found, `no cell ${id}`);
  return found.runs;
}

function inputsOf(node: NodeSpec, name: string): NodeSpec {
  const input = node.inputs[name];
  ok(input && "node" in input, `no input ${name}`);
  return input.node;
}

Deno.test("buildTables() makes a chain of stages a seed", async () => {
  const tables = await fromText(small);
  const runs = nodesOf(tables, "small/base/tiny");
  deepEqual(runs.map(({ seed, selected }) => [seed, selected]), [[0, true], [1, true]]);
  const { train, evaluate } = runs[0]!;
  equal(evaluate.label, "evaluate fixmatch tiny seed 0");
  const calibrate = inputsOf(evaluate, "evaluations");
  equal(inputsOf(calibrate, "evaluations"), train);
  equal(inputsOf(calibrate, "logits"), train);
  equal(inputsOf(train, "labelled"), inputsOf(train, "unlabelled"));
  equal(inputsOf(inputsOf(train, "labelled"), "train"), inputsOf(train, "images"));
});

Deno.test("buildTables() shares a data set among all runs and a split among a seed's", async () => {
  const tables = await fromText(small);
  const trains = tables[0]!.cells.flatMap(({ runs }) => runs).map(({ train }) => train);
  equal(trains.length, 6);
  equal(new Set(trains.map((train) => inputsOf(train, "images"))).size, 1);
  const splits = new Set(trains.map((train) => inputsOf(train, "labelled")));
  // Two seeds, each with and without unlabelled images.
  equal(splits.size, 4);
});

Deno.test("buildTables() splits anew where the labelled images are among the unlabelled ones", async () => {
  const text = small.replace("{shape: consistent,", "{with_labelled: true, shape: consistent,");
  const [without, both] = [await fromText(small), await fromText(text)];
  const splitOf = (tables: readonly TableNodes[], row: string) =>
    inputsOf(nodesOf(tables, `small/${row}/tiny`)[0]!.train, "labelled").params as object;
  deepEqual(splitOf(both, "base"), { ...splitOf(without, "base"), with_labelled: true });
  // Without unlabelled images nothing changes.
  deepEqual(splitOf(both, "supervised"), splitOf(without, "supervised"));
});

Deno.test("buildTables() keeps runs apart that differ in the seed of their split only", async () => {
  const tables = await fromText(
    small.replace("- supervised\n", "- {id: fixed, method: fixmatch}\n") +
      "    cells:\n      fixed/tiny: {run: {split_seed: 7}}\n",
  );
  const fixed = nodesOf(tables, "small/fixed/tiny")[0]!;
  const free = nodesOf(tables, "small/base/tiny")[0]!;
  deepEqual(fixed.train.params, free.train.params);
  notEqual(inputsOf(fixed.train, "labelled"), inputsOf(free.train, "labelled"));
  equal(inputsOf(inputsOf(fixed.evaluate, "evaluations"), "evaluations"), fixed.train);
  equal(inputsOf(inputsOf(free.evaluate, "evaluations"), "evaluations"), free.train);
});

Deno.test("buildTables() gives supervised the labelled images alone, one run for all settings that share them", async () => {
  const tables = await paper(["table1"]);
  const consistent = nodesOf(tables, "table1/supervised/c10-consistent-500")[0]!.train;
  const inverse = nodesOf(tables, "table1/supervised/c10-inverse-500")[0]!.train;
  for (const { inputs } of [consistent, inverse]) {
    deepEqual(Object.keys(inputs).sort(), ["images", "labelled", "test"]);
  }
  equal(consistent, inverse);
  const { params } = inputsOf(consistent, "labelled");
  equal((params as Record<string, unknown>)["unlabelled"], null);
});

Deno.test("buildTables() gives a run that two tables show one node, with both cells", async () => {
  const tables = await paper(["table1", "table4"]);
  const plan = planned(tables);
  const shared = plan.nodes.filter(({ node }) =>
    node.stage.name === "train" && new Set(node.cells.map((cell) => cell.split("/")[0])).size > 1
  );
  ok(shared.length > 0, "no run is shared between the two tables");
  const runs = tables.flatMap(({ cells }) => cells).flatMap(({ runs }) => runs);
  ok(new Set(runs.map(({ train }) => train)).size < runs.length);
});

Deno.test("buildTables() trains the generations of a method one after the other", async () => {
  const [table] = await paper(["table1"]);
  const { runs } = table!.cells.find(({ cell, runs }) =>
    cell.method === "fixmatch+la+crest" && runs.length > 0
  )!;
  const steps: unknown[] = [];
  for (let node: NodeSpec | undefined = runs[0]!.train; node !== undefined;) {
    steps.push((node.params as Record<string, unknown>)["steps"]);
    const previous: unknown = node.inputs["previous"];
    node = (previous as { readonly node: NodeSpec } | undefined)?.node;
  }
  equal(steps.length, 6);
  equal(new Set(steps).size, 1);
});

Deno.test("buildTables() only looks up what --only leaves out", async () => {
  const only = "setting=c10-consistent-500 method=supervised seed=0";
  const tables = await paper(["table1"], { only });
  const cells = tables[0]!.report.inputs["cells"];
  ok(Array.isArray(cells));
  const asked = cells.filter((input) => input.ifCached === undefined);
  deepEqual(asked.map(({ node }) => node.label), [
    "evaluate supervised c10-consistent-500 seed 0",
  ]);
  ok(cells.length > 1);
  equal(cells.find((input) => input.ifCached)?.ifCached, "not-run: left out by --only");

  const plan = planned(tables);
  const wanted = plan.nodes.filter((node) => node.wanted).map(({ node }) => node.stage.name);
  deepEqual(wanted.toSorted(), ["calibrate", "evaluate", "prepare", "split", "tabulate", "train"]);
});

Deno.test("buildTables() makes what needs absent data impossible, and says what to do", async () => {
  const only = "method=supervised seed=0 setting=c10-consistent-500";
  const tables = await paper(["table1"], { only, source: () => ({ missing: "not there" }) });
  const plan = planned(tables);
  const { train, evaluate } = nodesOf(tables, "table1/supervised/c10-consistent-500")[0]!;
  for (const spec of [train, evaluate]) {
    const node = plan.of(plan.graph.find(spec));
    equal(node.state, "impossible");
    match(node.note, /^no-data: cifar-10 .*deno task data get cifar-10/);
  }
  notEqual(plan.of(plan.graph.find(tables[0]!.report)).state, "impossible");
});

Deno.test("buildTables() makes a split impossible that the data cannot give", async () => {
  const few = (dataset: string): Source => {
    const source = there(dataset) as Extract<Source, { found: unknown }>;
    const facts = { ...source.found.facts, trainCounts: new Array<number>(10).fill(3) };
    return { found: { ...source.found, facts } };
  };
  const tables = await paper(["table1"], { source: few });
  const { train } = nodesOf(tables, "table1/supervised/c10-consistent-500")[0]!;
  ok(inputsOf(train, "labelled").impossible?.includes("3 training images of class 0"));
});

Deno.test("buildTables() makes no node for quoted cells and for what this version lacks", async () => {
  const known = { ...capabilities({}), datasets: (id: string) => id !== "cifar-100" };
  const tables = await paper(["table1", "table7"], { known });
  const cells = tables.flatMap(({ cells }) => cells);
  const codeOf = (cell: Cell) => cells.find((each) => each.cell === cell)!.absent?.code;
  const kinds = new Map<string, number>();
  for (const { cell, runs } of cells) {
    const { kind } = cell.availability;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    equal(runs.length === 0, kind !== "ok", cell.id);
    if (kind === "quoted") equal(codeOf(cell), "quoted");
    if (kind === "missing") ok(["no-method", "no-data", "impossible"].includes(codeOf(cell)!));
  }
  for (const kind of ["ok", "quoted", "missing"]) ok(kinds.has(kind), `no cell is ${kind}`);
});
