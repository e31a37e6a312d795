import type { Capabilities } from "../capabilities.ts";
import { complaintsError } from "../complaint.ts";
import { expandSweep } from "../expand.ts";
import type { Cell } from "../expanded.ts";
import { sweepOf } from "../load_sweep.ts";
import { errorAt } from "../located.ts";
import type { Sweep } from "../sweep.ts";
import { mapRun } from "./map_run.ts";
import { usbConfigFrom } from "./read_config.ts";
import type { UsbLogFile } from "./read_log.ts";
import { sweepTree } from "./sweep_tree.ts";

/**
 * The run that a log's list of arguments describes, as the one cell of a table. Arguments that only a fork has are passed over.
 * @throws UserError at the list of arguments for a run that cannot be named here
 */
export function logCell(
  log: UsbLogFile,
  { capabilities, paper }: { readonly capabilities: Capabilities; readonly paper: Sweep },
): Cell {
  if (log.arguments === undefined) {
    throw errorAt(
      log.end,
      'The log has no line "Arguments: Namespace(…)": say whose result it is with --cell and --seed',
    );
  }
  const { values, at } = log.arguments;
  if ("profile" in values) {
    throw errorAt(at, `The log is of a run scaled down by the profile "${values["profile"]}"`);
  }
  const mapped = mapRun(usbConfigFrom(values, at), { capabilities, passOver: true });
  if ("refusals" in mapped) throw complaintsError(mapped.refusals);
  const tree = sweepTree([mapped.run], { paper, table: "usb", title: mapped.run.saveName.value });
  const sweep = sweepOf(tree, { file: paper.file, name: log.name });
  const cell = expandSweep(sweep, { capabilities }).tables[0]?.cells[0];
  if (cell === undefined) throw new Error("internal: a log's run has no cell");
  return cell;
}
