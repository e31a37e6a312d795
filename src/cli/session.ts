import { basename, join } from "node:path";
import {
  type Expanded,
  expandSweep,
  loadSweep,
  parseOnly,
  resolveTarget,
  type Sweep,
  type Target,
  targets as targetNames,
} from "../config/mod.ts";
import { nearest } from "../config/suggest.ts";
import { DATASET_IDS } from "../data/datasets.ts";
import { makePlan, type NodeSpec, openProject, type Plan, type Store } from "../dag/mod.ts";
import { UserError } from "../errors.ts";
import { loadPaperTable, type PaperTable } from "../report/paper.ts";
import { capabilities } from "../sweep/capabilities.ts";
import { buildTables, rootsOf as reportRoots, type TableNodes } from "../sweep/graph.ts";
import { type ImportedResults, readImported } from "../sweep/imported.ts";
import { locateSources, type Source } from "../sweep/sources.ts";
import { checkRequests } from "../sweep/check_requests.ts";
import { locateWeights, type WeightFile } from "../sweep/weight_files.ts";
import { readSourceCache } from "../sweep/source_cache_file.ts";
import { checkReadable } from "./check_places.ts";
import { chooseFor, type EngineUse } from "./engine_choice.ts";
import { type Flags, project } from "./flags.ts";

/** One target or sweep file, expanded, with the data it needs. */
export interface Selection {
  readonly target: Target;
  readonly expanded: Expanded;
  readonly sources: ReadonlyMap<string, Source>;
  readonly weights: ReadonlyMap<string, WeightFile>;
  readonly tables: readonly TableNodes[];
}

/** Everything that a command looks at: what is asked for, and the plan of it. */
export interface Session {
  readonly flags: Flags;
  readonly store: Store;
  readonly selections: readonly Selection[];
  readonly plan: Plan;
  readonly engine: EngineUse;
  /** Data set id or digest -> path, for the stages. */
  readonly paths: Readonly<Record<string, string>>;
  /** What was learnt about source files; a running command keeps it in the store. */
  readonly sourceCache: ReadonlyMap<string, string>;
}

/**
 * Reads targets and sweep files, finds their data and plans them. Writes nothing.
 *
 * @throws {UserError} for everything that the user can get wrong
 */
export function openSession(targets: readonly string[], flags: Flags): Promise<Session> {
  const wanted = targets.map((argument) => {
    const target = resolveTarget(argument, { root: project });
    const known = capabilities(flags.dataFolders);
    return { target, read: () => loadSweep(target.file, { capabilities: known }) };
  });
  return openSweeps(wanted, { flags });
}

/** A sweep to be planned, read or made when its turn comes. */
export interface WantedSweep {
  readonly target: Target;
  read(): Sweep;
}

/**
 * The same for sweeps that may be made rather than read; `rootsOf` says which nodes of them are asked for.
 *
 * @throws {UserError} for everything that the user can get wrong
 */
export async function openSweeps(
  wanted: readonly WantedSweep[],
  { flags, roots: rootsOf = reportRoots }: {
    readonly flags: Flags;
    readonly roots?: (tables: readonly TableNodes[]) => readonly NodeSpec[];
  },
): Promise<Session> {
  checkReadable("--store", flags.store);
  const { code, store } = openProject(project, { store: flags.store });
  const sourceCache = readSourceCache(store);
  const selections: Selection[] = [];
  const imported = readImported(store);
  const expandeds = wanted.map((each) => expand(each, flags));
  checkDataNames(expandeds, flags);
  for (const each of expandeds) {
    selections.push(await select(each, { flags, sourceCache, imported }));
  }
  const roots = selections.flatMap(({ tables }) => rootsOf(tables));
  const engine = chooseFor(flags.engine, flags.device);
  const plan = makePlan(roots, { store, code, engine });
  const paths: Record<string, string> = {};
  for (const { sources, weights } of selections) {
    for (const { digest, path } of weights.values()) paths[digest] = path;
    for (const [id, source] of sources) {
      if ("missing" in source) continue;
      if (source.found.path !== "") paths[id] = source.found.path;
      for (const { digest, path } of source.indexFiles?.values() ?? []) paths[digest] = path;
    }
  }
  return { flags, store, selections, plan, engine, paths, sourceCache };
}

/** Refuses `--data cifar10=…` where `cifar-10` is meant: its cells would be left out as if nothing had been said. */
function checkDataNames(sweeps: readonly ExpandedSweep[], { dataFolders }: Flags): void {
  const used = sweeps.flatMap(({ expanded }) => expanded.tables)
    .flatMap(({ cells }) => cells.map(({ split }) => split.dataset));
  const known = [...new Set([...DATASET_IDS, ...used])];
  for (const [id, folder] of Object.entries(dataFolders)) {
    const near = known.includes(id) ? undefined : nearest(id, known);
    if (near === undefined) continue;
    throw new UserError(
      `--data ${id}=${folder}: unknown data set "${id}": did you mean "${near}"?`,
    );
  }
}

interface ExpandedSweep {
  readonly target: Target;
  readonly sweep: Sweep;
  readonly expanded: Expanded;
}

function expand({ target, read }: WantedSweep, flags: Flags): ExpandedSweep {
  const sweep = read();
  const expanded = expandSweep(sweep, {
    capabilities: capabilities(flags.dataFolders),
    profile: flags.profile,
    tables: target.tables,
    ...(flags.only.length > 0 ? { only: parseOnly(flags.only) } : {}),
  });
  return { target, sweep, expanded };
}

async function select({ target, sweep, expanded }: ExpandedSweep, options: {
  readonly flags: Flags;
  readonly imported: ImportedResults;
  readonly sourceCache: Map<string, string>;
}): Promise<Selection> {
  const { flags, sourceCache, imported } = options;
  const sources = await locateSources(expanded, {
    root: flags.dataRoot,
    folders: flags.dataFolders,
    cache: sourceCache,
  });
  checkRequests({ sweep, expanded, sources });
  const weights = await locateWeights(expanded, { sweep, cache: sourceCache });
  const papers = new Map<string, PaperTable>();
  for (const { paper } of expanded.tables) {
    if (paper === null) continue;
    papers.set(paper, await loadPaperTable(join(project, "paper", `${paper}.yaml`)));
  }
  const tables = buildTables(expanded, { sources, weights, papers, imported });
  return { target, expanded, sources, weights, tables };
}

/**
 * File name of a table's report, without its ending: `table1`, `table1.mini`, `cifar10.table1`. The targets' names belong to the
 * project's own files: a copy of `paper.yaml` elsewhere writes `paper.table1`, whatever its folder.
 */
export function reportName(
  { file, profile }: { readonly file: string; readonly profile: string },
  table: string,
): string {
  const sweep = basename(file).replace(/\.ya?ml$/, "");
  const isOwn = (config: string) =>
    Deno.realPathSync(file) === Deno.realPathSync(join(project, "configs", config));
  const isNamesake = sweep === table && (!targetNames.includes(table) || isOwn("smoke.yaml"));
  const name = isNamesake || isOwn("paper.yaml") ? table : `${sweep}.${table}`;
  return profile === "paper" ? name : `${name}.${profile}`;
}
