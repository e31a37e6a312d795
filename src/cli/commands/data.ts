import { join } from "node:path";
import { Command } from "commander";
import {
  checkDataset,
  DATASET_IDS,
  type DatasetStatus,
  getDataset,
  listDatasets,
  officialFiles,
} from "../../data/mod.ts";
import { suggest } from "../../config/suggest.ts";
import { UserError } from "../../errors.ts";
import { formatBytes } from "../duration.ts";
import { wrap } from "../fit.ts";
import { collect, readFlags } from "../flags.ts";
import { ProgressView } from "../progress.ts";
import { ask, columns, message, print, style } from "../terminal.ts";

function dataFlags(command: Command): Command {
  return command.option(
    "--data <root>",
    "root of the data sets, or <set>=<folder>; repeatable",
    collect,
  );
}

export function define(): Command {
  const command = new Command("data").summary("the data sets: list, get, check").description(
    "The data sets: what is there, what is missing, size, licence, citation, hashes.",
  );
  command.addCommand(
    dataFlags(new Command("list"))
      .description("Says which data sets are there and which are missing.")
      .option("--json", "machine-readable output")
      .action(list),
  );
  command.addCommand(
    dataFlags(new Command("get"))
      .description("Downloads the official archive of a data set; an interrupted download goes on.")
      .argument("<set>", "cifar-10, cifar-100 or stl-10")
      .option("--yes", "do not ask")
      .action(get),
  );
  command.addCommand(
    dataFlags(new Command("check"))
      .description("Hashes every file of a data set afresh.")
      .argument("[set]", "one data set, also one named by --data; all that are there without it")
      .action(check),
  );
  return command;
}

const stateStyles = {
  there: "green",
  generated: "green",
  missing: "yellow",
  damaged: "red",
  unsupported: "dim",
} as const;

async function list(options: Record<string, unknown>): Promise<void> {
  const { dataRoot, dataFolders, json } = readFlags(options);
  const sets = await listDatasets(dataRoot, { folders: dataFolders });
  if (json) return print(JSON.stringify(sets));
  for (const set of sets) {
    const size = set.bytes === null ? "" : `  ${formatBytes(set.bytes)}`;
    print(
      `${style("bold", set.id, "stdout")}  ${
        style(stateStyles[set.state], set.state, "stdout")
      }${size}`,
    );
    for (const line of describe(set)) print(wrap(line, { width: columns(), indent: "  " }));
  }
}

function describe(set: DatasetStatus): string[] {
  return [
    set.path === null ? "" : `${set.kind} in ${set.path}`,
    set.note,
    set.page === null ? "" : set.page,
    `licence: ${set.licence}`,
    `cite: ${set.citation}`,
  ].filter((line) => line !== "");
}

async function get(set: string, options: Record<string, unknown>): Promise<void> {
  const { dataRoot, yes } = readFlags(options);
  if (!DATASET_IDS.includes(set)) {
    throw new UserError(`unknown data set "${set}"${suggest(set, DATASET_IDS)}`);
  }
  const archive = officialFiles(set)?.archive;
  if (archive && !yes && Deno.stdin.isTerminal()) {
    const question = `Download ${archive.name} (${formatBytes(archive.bytes)}) to ${
      join(dataRoot, set)
    }?`;
    if (!ask(question)) return message("nothing downloaded");
  }
  const view = new ProgressView(1);
  view.start(set, `download ${set}`);
  try {
    const { path, downloaded } = await getDataset(set, {
      root: dataRoot,
      onProgress: (done, total) => {
        view.update(set, { done: megabytes(done), total: megabytes(total), unit: "MB" });
      },
    });
    view.close();
    print(downloaded ? `${path}: downloaded, hash as published` : `${path}: already there`);
  } finally {
    view.close();
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

async function check(
  set: string | undefined,
  options: Record<string, unknown>,
  self: Command,
): Promise<void> {
  const { dataRoot, dataFolders } = readFlags(options);
  const ids = [...new Set([...DATASET_IDS, ...Object.keys(dataFolders)])];
  if (set !== undefined && !ids.includes(set)) {
    throw new UserError(`unknown data set "${set}"${suggest(set, ids)}`);
  }
  if (set === "synthetic") return print("synthetic: made by this program, there is no file");
  const candidates = set === undefined ? ids.filter((id) => id !== "synthetic") : [set];
  let found = 0;
  for (const id of candidates) {
    try {
      const located = await checkDataset(id, { root: dataRoot, folder: dataFolders[id] });
      if ("missing" in located) {
        if (set !== undefined) print(`${id}: ${located.missing}`);
        continue;
      }
      const { kind, digest, unpublished } = located.found;
      const facts = [kind, digest, ...(unpublished === undefined ? [] : [unpublished])];
      print(`${id}: ${style("green", "good", "stdout")} (${facts.join(", ")})`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      print(`${id}: ${style("red", "bad", "stdout")}: ${error.message}`);
      self.setOptionValue("exitCode", 1);
    }
    found++;
  }
  if (found > 0) return;
  if (set === undefined) print("no data set is there");
  self.setOptionValue("exitCode", 1);
}
