import { Command } from "commander";
import { collectGarbage, deleteGarbage, type Garbage } from "../../dag/mod.ts";
import { sweepFiles } from "../../sweep/sweep_files.ts";
import { count, showPath } from "../describe.ts";
import { formatBytes } from "../duration.ts";
import { addSelectionFlags, project, readFlags } from "../flags.ts";
import { openSession } from "../session.ts";
import { ask, message, print } from "../terminal.ts";

/** Stages whose results take hours: deleted only with a flag of their own. */
const costly = ["train"];

export function define(): Command {
  const command = new Command("gc")
    .summary("list or delete what nothing refers to")
    .description(
      "Lists what no sweep file refers to, under any profile, and its size. Trainings are deleted only with --trainings, and nothing while a process works in the store.",
    );
  return addSelectionFlags(command, { without: ["--profile", "--only", "--engine", "--device"] })
    .option("--yes", "delete")
    .option("--trainings", "delete unused trainings too")
    .action(async (options) => {
      const flags = readFlags(options);
      const plans = [];
      let store;
      for (const { file, profiles } of sweepFiles(project)) {
        for (const profile of profiles) {
          const session = await openSession([file], { ...flags, profile, only: [] });
          plans.push(session.plan);
          store = session.store;
        }
      }
      if (!store) return message("no sweep file found: nothing is compared");
      const garbage = collectGarbage(plans, { store });
      const includeCostly = options.trainings === true;
      const doomed = garbage.filter(({ stage }) =>
        includeCostly || stage === undefined || !costly.includes(stage)
      );
      if (flags.json) print(JSON.stringify(garbage));
      else list(garbage, { doomed });
      if (doomed.length === 0) return;
      if (!flags.yes && !ask(`Delete ${doomed.length} things?`)) return;
      const deleted = deleteGarbage(garbage, { store, costly, includeCostly });
      message(`deleted ${deleted.length}, ${formatBytes(total(deleted))}`);
    });
}

function total(garbage: readonly Garbage[]): number {
  return garbage.reduce((sum, { bytes }) => sum + bytes, 0);
}

function list(garbage: readonly Garbage[], { doomed }: { readonly doomed: readonly Garbage[] }) {
  for (const { kind, path, bytes, label } of garbage.toSorted((a, b) => b.bytes - a.bytes)) {
    print(`${formatBytes(bytes).padStart(8)}  ${kind}  ${label ?? showPath(path)}`);
  }
  const kept = garbage.length - doomed.length;
  print(
    `${count(doomed.length, "thing")} that nothing refers to, ${formatBytes(total(doomed))}` +
      (kept > 0 ? `; with --trainings ${count(kept, "training")} more` : ""),
  );
}
