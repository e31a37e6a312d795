import { basename } from "node:path";
import { calibrate } from "../../stages/calibrate.ts";
import { evaluate } from "../../stages/evaluate.ts";
import { prepare } from "../../stages/prepare.ts";
import { preprocess } from "../../stages/preprocess_imagenet127.ts";
import { split } from "../../stages/split.ts";
import { tabulate } from "../../stages/tabulate.ts";
import { train } from "../../stages/train.ts";
import { weights } from "../../stages/weights.ts";
import {
  type Cell,
  type Expanded,
  type ExpandedTable,
  type SeedRun,
  type Setting,
  tableDepartures,
} from "../config/mod.ts";
import type { NodeSpec } from "../dag/mod.ts";
import { capacityProblem, type CapacityRequest } from "../data/capacity.ts";
import { indexFileName } from "../data/index_files.ts";
import { downloadable } from "../data/get_dataset.ts";
import { methodGenerations, methodUsesUnlabelled } from "../methods/registry.ts";
import type { PaperTable } from "../report/mod.ts";
import type { ImportedResults } from "./imported.ts";
import { absentSeeds, type ImportedRun, importedRuns, shownOf } from "./imported_cells.ts";
import { sourceDepartures } from "./source_departures.ts";
import type { Source } from "./sources.ts";
import type { WeightFile } from "./weight_files.ts";

/** Why a cell, or a seed of it, has no node: as `tabulate` takes it. */
interface Absence {
  readonly code: string;
  readonly reason: string;
}

/** One run of a cell and its chain of nodes. */
export interface RunNodes {
  readonly seed: number;
  /** Whether it is asked for; others are only shown if the store has them. */
  readonly selected: boolean;
  readonly train: NodeSpec;
  readonly evaluate: NodeSpec;
}

/** A cell with the nodes of its runs; none if it cannot be run at all. */
export interface CellNodes {
  readonly cell: Cell;
  readonly runs: readonly RunNodes[];
  readonly absent?: Absence;
  /** For seeds of its own, whether they can be run or not. */
  readonly imported: readonly ImportedRun[];
}

/** A table's report node and its cells. */
export interface TableNodes {
  readonly table: ExpandedTable;
  readonly report: NodeSpec;
  readonly cells: readonly CellNodes[];
}

/** What cells are made from. */
export interface GraphOptions {
  readonly sources: ReadonlyMap<string, Source>;
  /** Files of starting weights by what runs call them; needed where one does. */
  readonly weights?: ReadonlyMap<string, WeightFile>;
  /** The published tables by id. */
  readonly papers: ReadonlyMap<string, PaperTable>;
  /** Results of the same runs that come from logs. */
  readonly imported?: ImportedResults;
}

/** The stages of every table of a sweep. Looks at nothing but its arguments. */
export function buildTables(expanded: Expanded, options: GraphOptions): TableNodes[] {
  const chains = new ChainBuilder(options.weights ?? new Map());
  return expanded.tables.map((table) => {
    const cells = table.cells.map((cell) => cellNodes(cell, { chains, options }));
    return { table, cells, report: reportNode({ table, cells, expanded, options }) };
  });
}

/** Nodes that a table asks for: its report, and the runs that are selected. */
export function rootsOf(tables: readonly TableNodes[]): NodeSpec[] {
  return tables.map(({ report }) => report);
}

function cellNodes(cell: Cell, { chains, options: { sources, imported: results } }: {
  readonly chains: ChainBuilder;
  readonly options: GraphOptions;
}): CellNodes {
  const imported = importedRuns(cell, results ?? new Map());
  const absent = absenceOf(cell);
  if (absent) return { cell, runs: [], absent, imported };
  const source = sources.get(cell.split.dataset);
  if (!source) throw new Error(`internal: data set ${cell.split.dataset} was not looked for`);
  const runs = cell.runs.map((run) => ({
    seed: run.seed,
    selected: run.selected,
    ...chains.chain(cell, { run, source }),
  }));
  return { cell, runs, imported };
}

function absenceOf({ availability }: Cell): Absence | undefined {
  if (availability.kind === "ok") return undefined;
  if (availability.kind === "quoted") return { code: "quoted", reason: availability.reason };
  const lacks = new Set(availability.missing.map(({ what }) => what));
  const code = lacks.has("method") ? "no-method" : lacks.has("dataset") ? "no-data" : "impossible";
  return { code, reason: availability.reason };
}

/** Builds the chain of one run; runs that share a stage share its node. */
class ChainBuilder {
  readonly #known = new Map<string, NodeSpec>();
  readonly #numbers = new Map<NodeSpec, number>();
  readonly #weights: ReadonlyMap<string, WeightFile>;

  constructor(weights: ReadonlyMap<string, WeightFile>) {
    this.#weights = weights;
  }

  chain(cell: Cell, { run, source }: { readonly run: SeedRun; readonly source: Source }) {
    const { dataset } = cell.split;
    const images = this.#node(["prepare", dataset], cell.id, () => prepareSpec(cell, source));
    const usesUnlabelled = methodUsesUnlabelled(cell.method);
    const request = countRequests(cell.split);
    // A run without unlabelled images asks for none: it is the same for all settings that share the labelled ones.
    const counts = usesUnlabelled ? request : { ...request, unlabelled: null };
    const splitNode = this.#node(
      [
        "split",
        dataset,
        counts,
        withLabelled(cell, counts),
        cell.split.index_files ?? null,
        run.params.split_seed,
      ],
      cell.id,
      () => splitSpec(cell, { run, images, source, counts }),
    );
    const { pick, calibration, split_seed: _, pretrained, ...training } = run.params;
    const name = `${cell.methodText} ${cell.setting} seed ${run.seed}`;
    const start = pretrained === null ? undefined : this.#startingWeights(cell, pretrained);
    const trainNode = this.#training(cell, { run, images, splitNode, start, training, name });
    const calibrated = this.#node(
      ["calibrate", this.#numbers.get(trainNode), calibration],
      cell.id,
      () => ({
        stage: calibrate,
        params: { rule: calibration },
        inputs: {
          evaluations: { node: trainNode, output: "evaluations" },
          logits: { node: trainNode, output: "logits" },
        },
        label: `calibrate ${name}`,
        cells: [],
      }),
    );
    const evaluated = this.#node(
      ["evaluate", this.#numbers.get(calibrated), pick],
      cell.id,
      () => ({
        stage: evaluate,
        params: { pick },
        inputs: { evaluations: { node: calibrated, output: "evaluations" } },
        label: `evaluate ${name}`,
        cells: [],
      }),
    );
    return { train: trainNode, evaluate: evaluated };
  }

  /** The training of a run; of a method with generations the last one, which needs those before it. */
  #training(cell: Cell, { run, images, splitNode, start, training, name }: {
    readonly run: SeedRun;
    readonly images: NodeSpec;
    readonly splitNode: NodeSpec;
    readonly start: NodeSpec | undefined;
    readonly training: Omit<
      SeedRun["params"],
      "pick" | "calibration" | "split_seed" | "pretrained"
    >;
    readonly name: string;
  }): NodeSpec {
    const { method, methodParams: method_params } = cell;
    const { count, share } = methodGenerations(method, method_params);
    const steps = Math.max(1, Math.round(training.steps * share));
    const params = { method, method_params, seed: run.seed, ...training, steps };
    const generation = (at: number): NodeSpec => {
      const previous = at === 0 ? undefined : generation(at - 1);
      const others = [previous, start].map((node) => node ? this.#numbers.get(node) : null);
      return this.#node(
        ["train", params, this.#numbers.get(splitNode), ...others],
        cell.id,
        () => ({
          stage: train,
          params,
          inputs: {
            images: { node: images, output: "train" },
            test: { node: images, output: "test" },
            labelled: { node: splitNode, output: "labelled" },
            ...(methodUsesUnlabelled(method)
              ? { unlabelled: { node: splitNode, output: "unlabelled" } }
              : {}),
            ...(previous ? { previous: { node: previous, output: "checkpoints" } } : {}),
            ...(start ? { pretrained: { node: start, output: "weights" } } : {}),
          },
          label: `train ${name}${count > 1 ? ` generation ${at + 1} of ${count}` : ""}`,
          cells: [],
        }),
      );
    };
    return generation(count - 1);
  }

  #startingWeights(cell: Cell, pretrained: string): NodeSpec {
    const file = this.#weights.get(pretrained);
    if (!file) throw new Error(`internal: the weights ${pretrained} were not looked for`);
    const { digest, entry } = file;
    return this.#node(["weights", digest, entry], cell.id, () => ({
      stage: weights,
      params: { digest, entry },
      inputs: {},
      label: `weights ${basename(pretrained)}`,
      cells: [],
    }));
  }

  /** The node made for these parts before, or a new one; either way `cell` needs it. */
  #node(parts: readonly unknown[], cell: string, make: () => NodeSpec): NodeSpec {
    const key = JSON.stringify(parts);
    const known = this.#known.get(key);
    const node = known ?? { ...make(), cells: [] };
    if (!known) {
      this.#known.set(key, node);
      this.#numbers.set(node, this.#numbers.size);
    }
    const cells = node.cells as string[];
    if (cells.at(-1) !== cell && !cells.includes(cell)) cells.push(cell);
    return node;
  }
}

function prepareSpec({ split: { dataset }, synthesis }: Cell, source: Source): NodeSpec {
  const base = { stage: prepare, inputs: {}, label: `prepare ${dataset}`, cells: [] };
  if ("missing" in source) {
    const params = { dataset, source: { kind: "archive", digest: "missing" } };
    // The reason enters keys and reports: no path of this machine in it.
    const remedy = downloadable(dataset)
      ? `: deno task data get ${dataset}`
      : " (docs/own-data.md)";
    return {
      ...base,
      params,
      impossible: `no-data: ${dataset} is not in the data folder${remedy}`,
    };
  }
  const { kind, digest } = source.found;
  if (kind === "downsampled" || kind === "ilsvrc") {
    const label = `preprocess ${dataset}`;
    return { ...base, stage: preprocess, label, params: { dataset, source: { kind, digest } } };
  }
  const synthetic = kind === "synthetic" ? { synthetic: synthesis } : {};
  return { ...base, params: { dataset, source: { kind, digest }, ...synthetic } };
}

function splitSpec(cell: Cell, { run, images, source, counts }: {
  readonly run: SeedRun;
  readonly images: NodeSpec;
  readonly source: Source;
  readonly counts: CapacityRequest;
}): NodeSpec {
  const problem = "found" in source ? capacityProblem(source.found.facts, counts) : null;
  const part = counts.unlabelled === null ? " labelled" : "";
  const files = indexFiles(cell, { run, source, usesUnlabelled: counts.unlabelled !== null });
  return {
    stage: split,
    params: {
      ...counts,
      ...withLabelled(cell, counts),
      seed: run.params.split_seed,
      ...(files === undefined ? {} : { index_files: files }),
    },
    inputs: { train: { node: images, output: "train" } },
    label: `split ${cell.setting}${part} seed ${run.params.split_seed}`,
    cells: [],
    ...(problem === null ? {} : { impossible: `impossible: ${problem}` }),
  };
}

/** Digests of the index files that the setting names for a run, as the split stage takes them. */
function indexFiles({ split: { index_files: files } }: Cell, { run, source, usesUnlabelled }: {
  readonly run: SeedRun;
  readonly source: Source;
  readonly usesUnlabelled: boolean;
}) {
  if (files === undefined || "missing" in source) return undefined;
  const digest = (template: string) => {
    const found = source.indexFiles?.get(indexFileName(template, run.params.split_seed));
    if (found === undefined) throw new Error(`internal: index file ${template} was not looked for`);
    return found.digest;
  };
  return {
    labelled: digest(files.labelled),
    unlabelled: usesUnlabelled && files.unlabelled !== undefined ? digest(files.unlabelled) : null,
  };
}

/** Whether the labelled images are among the unlabelled ones as well, as the split stage takes it. */
function withLabelled({ split }: Cell, { unlabelled }: CapacityRequest): { with_labelled?: true } {
  return split.unlabelled.with_labelled && unlabelled !== null ? { with_labelled: true } : {};
}

/** A setting as the split stage takes it. */
export function countRequests({ labelled, unlabelled }: Setting) {
  const { head = 1, ratio = 1, fraction } = labelled;
  return {
    labelled: fraction === undefined ? { head, ratio, shape: "consistent" as const } : { fraction },
    unlabelled: unlabelled.shape === "all" ? "all" as const : {
      head: unlabelled.head ?? 1,
      ratio: unlabelled.ratio ?? 1,
      shape: unlabelled.shape,
      ...(unlabelled.gaussian === undefined ? {} : { gaussian: unlabelled.gaussian }),
    },
  };
}

function reportNode({ table, cells, expanded, options }: {
  readonly table: ExpandedTable;
  readonly cells: readonly CellNodes[];
  readonly expanded: Expanded;
  readonly options: GraphOptions;
}): NodeSpec {
  const inputs: ({ node: NodeSpec; output: string; ifCached?: string })[] = [];
  const cellParams = cells.map((nodes) => {
    const { cell, runs, absent } = nodes;
    return {
      row: cell.row,
      column: cell.column,
      seeds: absent ? absentSeeds(nodes) : runs.map(({ seed, selected, evaluate: node }) => {
        const input = { node, output: "metrics" };
        inputs.push(selected ? input : { ...input, ifCached: "not-run: left out by --only" });
        return { seed, input: inputs.length - 1, ...shownOf(nodes, seed) };
      }),
      ...(absent ? { absent } : {}),
    };
  });
  const paper = table.paper === null ? null : options.papers.get(table.paper) ?? null;
  const axes = paper === null
    ? {
      title: table.title ?? table.id,
      rows: table.rows.map(({ id, label }) => ({ id, label })),
      columns: table.columns.map(({ id, label }) => ({ id, label })),
    }
    : {};
  return {
    stage: tabulate,
    params: {
      table: table.id,
      profile: expanded.profile,
      paper,
      ...axes,
      cells: cellParams,
      departures: [
        ...tableDepartures(table).map(({ name, paper, ours, cells }) => ({
          name,
          paper,
          ours,
          cells,
        })),
        ...sourceDepartures(table, options.sources),
      ],
    },
    inputs: { cells: inputs },
    label: `tabulate ${table.id}`,
    cells: [],
  };
}
