import { Command } from "commander";
import { listDatasets } from "../../data/mod.ts";
import { findDamage, openProject } from "../../dag/mod.ts";
import { checkReadable } from "../check_places.ts";
import { addSelectionFlags, project, readFlags } from "../flags.ts";
import { wrap } from "../fit.ts";
import { columns, print, style } from "../terminal.ts";

export function define(): Command {
  const command = new Command("doctor")
    .summary("what works, what does not, what to do")
    .description(
      "Checks the engine, the data sets and the store. With --check-store every stored byte is hashed.",
    );
  return addSelectionFlags(command)
    .option("--check-store", "hash every stored output")
    .action(async (options, self: Command) => {
      const flags = readFlags(options);
      let good = await checkEngine();
      for (const set of await listDatasets(flags.dataRoot, { folders: flags.dataFolders })) {
        if (set.state === "unsupported") continue;
        line(
          set.state === "damaged" ? false : set.state === "missing" ? null : true,
          `data ${set.id}`,
          set.note,
        );
        if (set.state === "damaged") good = false;
      }
      if (!checkStore(flags.store, { bytes: options.checkStore === true })) good = false;
      if (!good) self.setOptionValue("exitCode", 1);
    });
}

/** One line: good, bad, or (null) neither. */
function line(good: boolean | null, what: string, note: string): void {
  const mark = good === null
    ? style("yellow", "–", "stdout")
    : good
    ? style("green", "✓", "stdout")
    : style("red", "✗", "stdout");
  const text = wrap(`${what}${note === "" ? "" : `: ${note}`}`, { width: columns(), indent: "  " });
  print(`${mark}${text.slice(1)}`);
}

/** Runs one real training step on the engine. */
async function checkEngine(): Promise<boolean> {
  try {
    const { timeStep } = await import("../../sweep/time_step.ts");
    const { net, batch, milliseconds, loss } = await timeStep();
    line(
      true,
      "engine wasm",
      `one step of ${net}, ${batch} images of 32 × 32: ${milliseconds.toFixed(0)} ms, loss ${
        loss.toFixed(3)
      }`,
    );
    return true;
  } catch (error) {
    line(false, "engine wasm", error instanceof Error ? error.message : String(error));
    return false;
  }
}

function checkStore(path: string, { bytes }: { readonly bytes: boolean }): boolean {
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
      line(
        false,
        `store ${label}`,
        `${damage} is not what was written; what needs it makes it again`,
      );
    }
  }
  const how = bytes
    ? `${results} results, every byte checked`
    : `${results} results; --check-store hashes every byte`;
  line(damaged === 0, "store", how);
  return damaged === 0;
}
