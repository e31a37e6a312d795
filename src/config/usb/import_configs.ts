import { UserError } from "../../errors.ts";
import type { Capabilities } from "../capabilities.ts";
import { type Complaint, complaintsError } from "../complaint.ts";
import type { SweepView } from "../sweep.ts";
import { cellsOf } from "./cells_of.ts";
import { configFiles } from "./config_files.ts";
import { mapRun, type UsbRun } from "./map_run.ts";
import { readUsbConfig } from "./read_config.ts";
import { sweepText } from "./sweep_text.ts";
import { sweepTree } from "./sweep_tree.ts";

/** A sweep file made from config files. */
export interface ImportedConfigs {
  readonly text: string;
  readonly runs: readonly UsbRun[];
  /** Of each file that asks for what cannot be had here, and is left out: `file:line:column reason`. */
  readonly leftOut: readonly string[];
}

/**
 * Turns config files of USB into one sweep file.
 * @throws UserError with all mistakes of all files, or where nothing is left to import
 */
export function importConfigs(
  paths: readonly string[],
  { capabilities, paper, cwd }: {
    readonly capabilities: Capabilities;
    readonly paper: SweepView;
    readonly cwd: string;
  },
): ImportedConfigs {
  const runs: UsbRun[] = [];
  const refusals: Complaint[] = [];
  const mistakes: string[] = [];
  for (const file of [...new Set(paths.flatMap(configFiles))]) {
    try {
      const mapped = mapRun(readUsbConfig(file, { cwd }), { capabilities });
      if ("run" in mapped) runs.push(mapped.run);
      else refusals.push(...mapped.refusals);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      mistakes.push(error.message);
    }
  }
  if (mistakes.length > 0) throw new UserError(mistakes.join("\n"));
  if (runs.length === 0) throw complaintsError(refusals);
  const tree = sweepTree(runs, { paper, table: "usb", title: "From config files of USB" });
  const leftOut = refusals.map(({ at, text }) => `${at.file}:${at.line}:${at.column} ${text}`);
  return { text: sweepText(tree, { runs, leftOut, extra: extraRuns(runs, paper) }), runs, leftOut };
}

/** Seeds that a cell gets because another cell has them: a sweep has one list for all. */
function extraRuns(runs: readonly UsbRun[], paper: SweepView): string[] {
  const all = [...new Set(runs.map(({ seed }) => seed.value))].sort((a, b) => a - b);
  return cellsOf(runs, { settings: paper.data.settings ?? {} }).flatMap(
    ({ row, column, seeds }) => {
      const more = all.filter((seed) => !seeds.has(seed));
      return more.length === 0 ? [] : [`${row}/${column}: seed ${more.join(", ")}`];
    },
  );
}
