import { basename, dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { expandSweep, findCell, loadSweep, resolveTarget } from "../../config/mod.ts";
import { displayPath } from "../../config/source.ts";
import { parseUsbLog } from "../../config/usb/mod.ts";
import { openProject } from "../../dag/mod.ts";
import { hashBytes } from "../../dag/hash.ts";
import { UserError } from "../../errors.ts";
import { capabilities } from "../../sweep/capabilities.ts";
import { type ImportedLog, importLog } from "../../sweep/import_log.ts";
import { readImported, writeImported } from "../../sweep/imported.ts";
import { checkReadable, checkWritable } from "../check_places.ts";
import { showPath } from "../describe.ts";
import { exitCodes } from "../exit_codes.ts";
import { project } from "../flags.ts";
import { message, print } from "../terminal.ts";

export function define(): Command {
  return new Command("import-log")
    .summary("a log of USB as the result of a cell")
    .description(
      "Takes logs of USB or CPE as results of the cells that ask for the same run, marked as imported wherever they are shown. " +
        "A result of our own takes precedence.",
    )
    .argument("<path...>", "log.txt, or folders with such files")
    .option(
      "--cell <cell>",
      "<table>/<row>/<column> (default: from the arguments that the log lists)",
    )
    .option("--seed <n>", "seed of the run (default: from the log)")
    .option("--in <target>", "target or sweep file whose cells are meant", "all")
    .option("--profile <name>", "profile of the cells", "paper")
    .option("--incomplete", "take a log that is cut off; the report says so")
    .option("--force", "replace what was imported for the same run")
    .option("--store <dir>", "where results are kept (default: .store)")
    .option("--json", "machine-readable output")
    .action((paths: string[], options, self: Command) => {
      self.setOptionValue("exitCode", importLogs(paths, options));
    });
}

interface Taken extends ImportedLog {
  readonly path: string;
}

function importLogs(paths: readonly string[], options: Record<string, unknown>): number {
  const folder = typeof options["store"] === "string" ? resolve(options["store"]) : undefined;
  const { store } = openProject(project, { store: folder ?? join(project, ".store") });
  checkReadable("--store", store.root);
  store.check();
  const files = [...new Set(paths.flatMap(logFiles))];
  if (options["cell"] !== undefined && files.length > 1) {
    throw new UserError(`--cell is for one log: found ${files.length}.`);
  }
  const take = importer(options);
  const taken: Taken[] = [];
  const refused: string[] = [];
  for (const path of files) {
    try {
      taken.push({ path, ...take(path) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refused.push(error.message);
    }
  }
  refuseTwice(taken, { earlier: readImported(store), force: options["force"] === true });
  if (taken.length === 0) throw new UserError(refused.join("\n"));
  checkWritable("--store", store.root);
  store.prepare();
  for (const { result } of taken) writeImported(store, result);
  tell(taken, { refused, json: options["json"] === true });
  return refused.length > 0 ? exitCodes.incomplete : exitCodes.ok;
}

/** What makes a result of a log's path, by the command's flags. */
function importer(options: Record<string, unknown>): (path: string) => ImportedLog {
  const target = resolveTarget(String(options["in"]), { root: project });
  const known = capabilities();
  const { file, tables } = target;
  const expanded = expandSweep(loadSweep(file), {
    capabilities: known,
    profile: String(options["profile"]),
    tables,
  });
  const named = options["cell"] === undefined
    ? undefined
    : findCell(expanded, String(options["cell"]));
  const seed = seedOf(options["seed"]);
  const paper = loadSweep(join(project, "configs/paper.yaml"));
  return (path) => {
    const bytes = Deno.readFileSync(path);
    const log = parseUsbLog(new TextDecoder().decode(bytes), displayPath(path, Deno.cwd()));
    return importLog(log, {
      file: {
        name: `${basename(dirname(path))}/${basename(path)}`,
        sha256: hashBytes(bytes),
        bytes: bytes.length,
      },
      cells: expanded.tables.flatMap(({ cells }) => cells),
      ...(named === undefined ? {} : { named }),
      ...(seed === undefined ? {} : { seed }),
      incomplete: options["incomplete"] === true,
      capabilities: known,
      paper,
    });
  };
}

function seedOf(given: unknown): number | undefined {
  if (given === undefined) return undefined;
  const seed = Number(given);
  if (Number.isInteger(seed) && seed >= 0) return seed;
  throw new UserError(`--seed takes a whole number of at least 0, not "${given}".`);
}

/** Refuses two logs of one run, now or after an earlier import, unless they are the same bytes. */
function refuseTwice(taken: readonly Taken[], { earlier, force }: {
  readonly earlier: ReturnType<typeof readImported>;
  readonly force: boolean;
}): void {
  const seen = new Map<string, Taken>();
  for (const each of taken) {
    const { identity, log, of } = each.result;
    const other = seen.get(identity);
    if (other !== undefined && other.result.log.sha256 !== log.sha256) {
      throw new UserError(`${each.path} and ${other.path} are both of ${of}: import one of them.`);
    }
    seen.set(identity, each);
    const before = earlier.get(identity);
    if (force || before === undefined || before.log.sha256 === log.sha256) continue;
    throw new UserError(
      `${each.path}: ${of} was imported from ${before.log.name}; --force replaces it.`,
    );
  }
}

function tell(taken: readonly Taken[], { refused, json }: {
  readonly refused: readonly string[];
  readonly json: boolean;
}): void {
  for (const reason of refused) message(`left out: ${reason}`);
  if (json) {
    const imported = taken.map(({ path, cells, result }) => ({
      path,
      cells,
      of: result.of,
      best: result.best,
      evaluations: result.evaluations.length,
      differences: result.differences,
    }));
    print(JSON.stringify({ imported, left_out: refused }));
    return;
  }
  for (const { path, cells, result } of taken) {
    const { best, evaluations, of, differences } = result;
    const percent = (100 * best.top1).toFixed(2);
    print(`${showPath(resolve(path))}: ${of}: best ${percent} % at step ${best.iteration}`);
    print(`  ${evaluations.length} evaluations; shown in ${cells.join(", ")}`);
    for (const difference of differences) print(`  differs: ${difference}`);
  }
}

/** The log at a path, or every `log.txt` below a folder. */
function logFiles(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = Deno.statSync(path).isDirectory;
  } catch (error) {
    const absent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (!absent) throw error;
    throw new UserError(`${path}: no such file or folder; check the path`);
  }
  if (!isFolder) return [path];
  const found = below(path);
  if (found.length > 0) return found;
  throw new UserError(`${path}: expected files called log.txt in the folder, found none`);
}

function below(folder: string): string[] {
  const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  return entries.flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return below(path);
    return name === "log.txt" ? [path] : [];
  });
}
