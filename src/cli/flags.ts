import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { suggest } from "../config/suggest.ts";
import { UserError } from "../errors.ts";

/** Engines that `--engine` takes. Whether one is installed matters only to what runs (engine_choice.ts). */
export const engineNames = ["auto", "wasm", "tensorflow", "xla", "tfjs-node-gpu"] as const;

/** What the shared flags say, checked. Paths are absolute. */
export interface Flags {
  readonly profile: string;
  readonly only: readonly string[];
  readonly jobs: number;
  readonly threads: number;
  readonly executor: "local";
  /** As given; `null` where the flag was not used: then a result of any engine counts. */
  readonly engine: string | null;
  /** `cpu`, `cuda` or `cuda:<n>`; `null` for `auto`. */
  readonly device: string | null;
  readonly dataRoot: string;
  readonly dataFolders: Readonly<Record<string, string>>;
  readonly store: string;
  readonly reports: string;
  readonly failFast: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly yes: boolean;
}

/** Gathers the values of a flag that may be given again. */
export const collect = (value: string, previous: readonly string[] = []) => [...previous, value];

const selectionFlags = () => [
  new Option("--profile <name>", "paper, mini or smoke: how large the runs are").default("paper"),
  new Option("--only <axes>", 'limit what runs: "setting=… method=… seed=…"').argParser(collect),
  new Option("--engine <name>", `tensor engine: ${engineNames.join(", ")}`),
  new Option("--device <name>", "auto, cpu, cuda or cuda:<n>: where the engine computes")
    .default("auto"),
  new Option("--data <root>", "root of the data sets, or <set>=<folder>; repeatable")
    .argParser(collect),
  new Option("--store <dir>", "where results are kept (default: .store)"),
  new Option("--json", "machine-readable output"),
];

const runFlags = () => [
  ...selectionFlags(),
  new Option("--jobs <n>", "worker processes (default: the number of cores)"),
  new Option("--threads <n>", "cores a worker may use").default("1"),
  new Option("--executor <name>", "where runs happen").default("local"),
  new Option("--reports <dir>", "where reports are written (default: reports)"),
  new Option("--fail-fast", "stop at the first failure"),
  new Option("--quiet", "no progress, only results and errors"),
  new Option("--yes", "answer yes to every question"),
];

/** Names of the flags that mean nothing in a command: it does not take them. */
interface FlagChoice {
  readonly without?: readonly string[];
}

/** Adds the flags that say what to look at: they mean the same in every command. */
export function addSelectionFlags(command: Command, choice: FlagChoice = {}): Command {
  return addFlags(command, selectionFlags(), choice);
}

/** Adds the flags of the commands that run something. */
export function addRunFlags(command: Command, choice: FlagChoice = {}): Command {
  return addFlags(command, runFlags(), choice);
}

function addFlags(command: Command, flags: readonly Option[], { without = [] }: FlagChoice) {
  for (const flag of flags) {
    if (!without.includes(flag.long ?? "")) command.addOption(flag);
  }
  return command;
}

function positiveInteger(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new UserError(`${flag} takes a whole number of at least 1, not "${text}".`);
  }
  return value;
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function checkEngine(name: string | undefined): string | null {
  if (name === undefined) return null;
  if (!(engineNames as readonly string[]).includes(name)) {
    throw new UserError(`--engine: unknown engine "${name}"${suggest(name, engineNames)}`);
  }
  return name === "auto" ? null : name;
}

function checkDevice(name: string, engine: string | null): string | null {
  if (name === "auto") return null;
  if (!/^(cpu|cuda(:\d+)?)$/.test(name)) {
    throw new UserError(`--device takes auto, cpu, cuda or cuda:<n>, not "${name}".`);
  }
  if (name !== "cpu" && engine !== null && engine !== "xla") {
    throw new UserError(`--device ${name}: only the engine xla computes there, not ${engine}.`);
  }
  return name;
}

function parseData(values: readonly string[], project: string) {
  let root = resolve(project, "data");
  const folders: Record<string, string> = {};
  for (const value of values) {
    const [set, folder] = value.includes("=")
      ? [value.slice(0, value.indexOf("=")), value.slice(value.indexOf("=") + 1)]
      : [null, value];
    if (folder === "") throw new UserError(`--data ${value}: no folder given.`);
    const path = resolve(folder);
    if (!isDirectory(path)) throw new UserError(`--data ${value}: there is no folder ${folder}.`);
    if (set === null) root = path;
    else folders[set] = path;
  }
  return { root, folders };
}

/** The project's root: where `pipeline.ts` is. */
export const project = resolve(import.meta.dirname ?? ".", "../..");

/** A folder that was given, relative to where the user is; else one of the project's. */
function folder(given: unknown, otherwise: string): string {
  return typeof given === "string" ? resolve(given) : resolve(project, otherwise);
}

/**
 * Checks the shared flags of a command.
 *
 * @throws {UserError} for a count below one, an unknown engine, a folder that is not there.
 */
export function readFlags(options: Readonly<Record<string, unknown>>): Flags {
  const text = (name: string, otherwise: string) => String(options[name] ?? otherwise);
  const list = (name: string) => (options[name] ?? []) as readonly string[];
  const executor = text("executor", "local");
  if (executor !== "local") {
    throw new UserError(`--executor: "${executor}" is not available in this version; use local.`);
  }
  const data = parseData(list("data"), project);
  const engine = checkEngine(options["engine"] as string | undefined);
  return {
    profile: text("profile", "paper"),
    only: list("only"),
    jobs: positiveInteger("--jobs", text("jobs", String(navigator.hardwareConcurrency))),
    threads: positiveInteger("--threads", text("threads", "1")),
    executor,
    engine,
    device: checkDevice(text("device", "auto"), engine),
    dataRoot: data.root,
    dataFolders: data.folders,
    store: folder(options["store"], ".store"),
    reports: folder(options["reports"], "reports"),
    failFast: options["failFast"] === true,
    json: options["json"] === true,
    quiet: options["quiet"] === true,
    yes: options["yes"] === true,
  };
}

/** Every target that knows the profile: what a command looks at that was given none. */
export function everyTarget({ profile }: Flags): string[] {
  return profile === "paper" ? ["smoke", "all"] : ["all"];
}
