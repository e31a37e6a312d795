import { downloadable } from "../data/get_dataset.ts";
import { project } from "./flags.ts";
import type { Session } from "./session.ts";
import { ask, message } from "./terminal.ts";

/**
 * Offers to fetch the data sets that are missing: asks on a terminal, does it with `--yes`. The download is a process of
 * its own, because this one has no network permission. Returns whether something was fetched.
 */
export async function offerMissingData({ flags, selections }: Session): Promise<boolean> {
  const missing = new Set<string>();
  for (const { expanded, sources } of selections) {
    const wanted = expanded.tables.flatMap(({ cells }) => cells)
      .filter((cell) => cell.runs.some((run) => run.selected) && cell.availability.kind === "ok");
    for (const { split: { dataset } } of wanted) {
      const source = sources.get(dataset);
      if (source && "missing" in source && downloadable(dataset)) missing.add(dataset);
    }
  }
  let fetched = false;
  for (const dataset of missing) {
    if (!flags.yes && !ask(`The data set ${dataset} is not there. Download it now?`)) continue;
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--cwd", project, "data", "get", dataset, "--data", flags.dataRoot],
      stdin: "null",
      stdout: "null",
      stderr: "inherit", // its bar, and why it failed
    }).spawn().status;
    if (code === 0) fetched = true;
    else message(`${dataset} could not be fetched; its cells are left out.`);
  }
  return fetched;
}
