import { Command } from "commander";
import { suggest } from "../../config/suggest.ts";
import {
  CATALOGUE,
  checkEngine,
  defaultPlaces,
  type EngineName,
  findBuild,
  findEngine,
  hasGpu,
  installCommand,
  installEngine,
  type InstallProgress,
  listRemains,
  locateEngine,
  locateNodePackage,
  type Location,
  NODE_PACKAGE_VERSION,
  nodePackageCommand,
  nodePackageFolder,
  removeEngine,
} from "../../engines/mod.ts";
import { UserError } from "../../errors.ts";
import { showPath } from "../describe.ts";
import { formatBytes } from "../duration.ts";
import { exitCodes } from "../exit_codes.ts";
import { wrap } from "../fit.ts";
import { ProgressView } from "../progress.ts";
import { stopSignals } from "../stop_signals.ts";
import { columns, message, print, style } from "../terminal.ts";

const names: readonly EngineName[] = CATALOGUE.map(({ name }) => name);

export function define(): Command {
  const command = new Command("engine").summary("the tensor engines: list, install, remove")
    .description(
      "The tensor engines. wasm is part of the program; the faster ones are installed by your own pip or uv into your cache.",
    );
  command.addCommand(
    new Command("list")
      .description("Says which engines are there, and what is wrong with those that are broken.")
      .option("--check", "hash every installed file")
      .option("--json", "machine-readable output")
      .action(list),
  );
  command.addCommand(
    new Command("install")
      .description("Downloads the pinned wheels of an engine and unpacks its libraries.")
      .argument("<name>", names.join(", "))
      .option("--quiet", "no progress, only results and errors")
      .action(install),
  );
  command.addCommand(
    new Command("remove")
      .description("Deletes an engine, every version of it, and what interrupted installs left.")
      .argument("<name>", names.join(", "))
      .action(remove),
  );
  return command;
}

/** The engine that neither this program nor pip installs. */
const nodePackage = "tfjs-node-gpu";

function readName(text: string): EngineName {
  const found = names.find((name) => name === text);
  if (found) return found;
  if (text === "wasm") {
    throw new UserError("wasm is part of this program: it is always there and stays.");
  }
  if (text === nodePackage) {
    throw new UserError(
      `${text} is an npm package, which your own npm puts into ${showPath(nodePackageFolder())}: ` +
        nodePackageCommand(),
    );
  }
  throw new UserError(`unknown engine "${text}"${suggest(text, names)}`);
}

/** What `engine list --json` prints of an engine. */
interface Listed {
  readonly name: string;
  readonly version: string | null;
  readonly state: Location["state"];
  readonly purpose: string;
  /** How far it was tried on this platform. */
  readonly tested: string | null;
  readonly directory: string | null;
  /** What is wrong, if something is. */
  readonly reason: string | null;
  /** What installs it, if it can and should be. */
  readonly command: string | null;
  readonly download_bytes: number | null;
  readonly disk_bytes: number | null;
  /** What other versions and interrupted installations left. */
  readonly remains: readonly { readonly directory: string; readonly bytes: number }[];
}

const wasm: Listed = {
  name: "wasm",
  version: null,
  state: "ready",
  purpose: "part of this program; every machine",
  tested: "tested",
  directory: null,
  reason: null,
  command: null,
  download_bytes: null,
  disk_bytes: null,
  remains: [],
};

function describe(name: EngineName, { check }: { readonly check: boolean }): Listed {
  const places = defaultPlaces();
  const engine = findEngine(name, places);
  const build = findBuild(engine, places);
  const found = check ? checkEngine(name, places) : locateEngine(name, places);
  return {
    name,
    version: engine.version,
    state: found.state,
    purpose: engine.purpose,
    tested: build?.tested ?? null,
    directory: found.state === "ready" ? found.directory : null,
    reason: "reason" in found ? found.reason : null,
    command: "command" in found ? found.command : null,
    download_bytes: build?.wheels.reduce((sum, { bytes }) => sum + bytes, 0) ?? null,
    disk_bytes: build?.unpackedBytes ?? null,
    remains: listRemains(name, places),
  };
}

function describeNodePackage(): Listed {
  const found = locateNodePackage();
  return {
    name: nodePackage,
    version: NODE_PACKAGE_VERSION,
    state: found.state,
    purpose: "optional npm package, for machines with CUDA 11; used when it is named only",
    tested: "tested with TensorFlow for CPUs; on a GPU untested: no such machine was at hand",
    directory: found.state === "ready" ? found.directory : null,
    reason: "reason" in found ? found.reason : null,
    command: "command" in found ? found.command : null,
    download_bytes: null,
    disk_bytes: null,
    remains: [],
  };
}

const stateStyles = {
  ready: "green",
  absent: "yellow",
  broken: "red",
  unsupported: "dim",
} as const;

function list(options: Record<string, unknown>, self: Command): void {
  const check = options["check"] === true;
  const engines = [
    wasm,
    ...names.map((name) => describe(name, { check })),
    describeNodePackage(),
  ];
  if (check && engines.some(({ state }) => state === "broken")) {
    self.setOptionValue("exitCode", exitCodes.incomplete);
  }
  if (options["json"] === true) return print(JSON.stringify(engines));
  for (const engine of engines) {
    const { name, version, state } = engine;
    const head = `${style("bold", name, "stdout")}${version === null ? "" : ` ${version}`}`;
    print(`${head}  ${style(stateStyles[state], state, "stdout")}`);
    for (const line of details(engine)) print(wrap(line, { width: columns(), indent: "  " }));
  }
}

function details(engine: Listed): string[] {
  const { purpose, tested, directory, reason, command, remains, state } = engine;
  const { download_bytes: download, disk_bytes: disk } = engine;
  const size = download === null || disk === null
    ? ""
    : ` (${formatBytes(download)} to download, ${formatBytes(disk)} on disk)`;
  const gpu = engine.name === "cuda" && !hasGpu() ? "; this machine has no driver for a GPU" : "";
  return [
    `${purpose}${tested === null ? "" : ` (${tested}${gpu})`}`,
    directory === null ? "" : `in ${showPath(directory)}`,
    reason ?? "",
    command === null ? "" : `${state === "broken" ? "to install it anew" : "to install it"}: ` +
      `${command}${size}`,
    ...remains.map(({ directory, bytes }) =>
      `${showPath(directory)} (${
        formatBytes(bytes)
      }) is of another version or an install that did not end; ` +
      `deno task engine remove ${engine.name} deletes it`
    ),
  ].filter((line) => line !== "");
}

async function install(
  text: string,
  options: Record<string, unknown>,
  self: Command,
): Promise<void> {
  const name = readName(text);
  const places = defaultPlaces();
  const before = locateEngine(name, places);
  if (before.state === "broken") message(`${name} is broken: ${before.reason}; installing it anew`);
  const stop = new AbortController();
  const interrupt = () => stop.abort(new DOMException("Interrupted", "AbortError"));
  for (const signal of stopSignals) Deno.addSignalListener(signal, interrupt);
  const wheels = findBuild(findEngine(name, places), places)?.wheels.length ?? 0;
  const view = new InstallView(2 * wheels, { quiet: options["quiet"] === true });
  try {
    const { directory, installed } = await installEngine(name, {
      places,
      onProgress: (progress) => view.show(progress),
      signal: stop.signal,
    });
    view.close();
    print(`${showPath(directory)}: ${installed ? "installed, hashes as pinned" : "already there"}`);
    if (installed) message("deno task doctor runs a training step on it");
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    view.close();
    message(`interrupted, nothing installed; ${installCommand(name)} starts again`);
    self.setOptionValue("exitCode", exitCodes.interrupted);
  } finally {
    view.close();
    for (const signal of stopSignals) {
      Deno.removeSignalListener(signal, interrupt);
    }
  }
}

/** A bar for the wheel that is being fetched or unpacked. */
class InstallView {
  readonly #view: ProgressView;
  #current = "";

  constructor(stages: number, options: { readonly quiet: boolean }) {
    this.#view = new ProgressView(stages, options);
  }

  show({ phase, file, doneBytes, totalBytes }: InstallProgress): void {
    const id = `${phase} ${file}`;
    if (id !== this.#current) {
      if (this.#current !== "") this.#view.finish(this.#current);
      this.#current = id;
      this.#view.start(id, `${phase} ${file.split("-").slice(0, 2).join(" ")}`);
    }
    const megabytes = (bytes: number) => Math.round(bytes / 1e6);
    this.#view.update(id, { done: megabytes(doneBytes), total: megabytes(totalBytes), unit: "MB" });
  }

  close(): void {
    this.#view.close();
  }
}

async function remove(text: string): Promise<void> {
  const name = readName(text);
  const removed = await removeEngine(name);
  if (removed.length === 0) return print(`${name} is not installed`);
  for (const { directory, bytes } of removed) {
    print(`${showPath(directory)}: deleted, ${formatBytes(bytes)} freed`);
  }
}
