import { Command } from "commander";
import { listDatasets } from "../../data/mod.ts";
import { findDamage, openProject } from "../../dag/mod.ts";
import { checkReadable } from "../check_places.ts";
import { chooseFor } from "../engine_choice.ts";
import { type Finding, probeEngine, probeEngines } from "../engine_probe.ts";
import { exitCodes } from "../exit_codes.ts";
import { addSelectionFlags, type Flags, project, readFlags } from "../flags.ts";
import { wrap } from "../fit.ts";
import { columns, print, style } from "../terminal.ts";

export function define(): Command {
  const command = new Command("doctor")
    .summary("what works, what does not, what to do")
    .description(
      "Runs a training step on every engine that is there, and checks the data sets and the store. With --engine, that " +
        "engine alone. With --check-store every stored byte is hashed.",
    );
  return addSelectionFlags(command, { without: ["--profile", "--only"] })
    .option("--check-store", "hash every stored output")
    .action(async (options, self: Command) => {
      const flags = readFlags(options);
      const findings: Finding[] = [];
      for await (const finding of examine(flags, { bytes: options.checkStore === true })) {
        findings.push(finding);
        if (!flags.json) show(finding);
      }
      if (flags.json) print(JSON.stringify(findings));
      if (findings.some(({ good }) => good === false)) {
        self.setOptionValue("exitCode", exitCodes.incomplete);
      }
    });
}

async function* examine(flags: Flags, options: { bytes: boolean }): AsyncGenerator<Finding> {
  if (flags.engine !== null) return yield await probeEngine(flags.engine, flags.device);
  yield* probeEngines();
  yield { good: null, what: "engine auto", note: `takes ${chooseFor(null, flags.device).family}` };
  for (const set of await listDatasets(flags.dataRoot, { folders: flags.dataFolders })) {
    const { id, state, note } = set;
    const there = state === "there" || state === "generated";
    yield { good: state === "damaged" ? false : there ? true : null, what: `data ${id}`, note };
  }
  yield* checkStore(flags.store, options);
}

function show({ good, what, note }: Finding): void {
  const mark = good === null
    ? style("yellow", "–", "stdout")
    : good
    ? style("green", "✓", "stdout")
    : style("red", "✗", "stdout");
  const text = wrap(`${what}${note === "" ? "" : `: ${note}`}`, { width: columns(), indent: "  " });
  print(`${mark}${text.slice(1)}`);
}

function* checkStore(path: string, { bytes }: { readonly bytes: boolean }): Generator<Finding> {
  checkReadable("--store", path);
  const { store } = openProject(project, { store: path });
  let results = 0;
  let damaged = 0;
  store.check();
  for (const object of store.objects()) {
    results++;
    if (!bytes) continue;
    const { key, family, outputs, label } = object.manifest;
    for (const output of Object.keys(outputs)) {
      const damage = findDamage(store, { key, family, output });
      if (damage === undefined) continue;
      damaged++;
      const note = `${damage} is not what was written; what needs it makes it again`;
      yield { good: false, what: `store ${label}`, note };
    }
  }
  const how = bytes
    ? `${results} results, every byte checked`
    : `${results} results; --check-store hashes every byte`;
  yield { good: damaged === 0, what: "store", note: how };
}
