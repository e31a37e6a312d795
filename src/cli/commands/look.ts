import { join } from "node:path";
import { Command } from "commander";
import { makePlan, openProject } from "../../dag/mod.ts";
import { UserError } from "../../errors.ts";
import { lookNode } from "../../sweep/look_node.ts";
import { cellNodes, targetOf } from "../cell_nodes.ts";
import { checkPlaces } from "../check_places.ts";
import { showPath } from "../describe.ts";
import { exitCodes } from "../exit_codes.ts";
import { addRunFlags, type Flags, project, readFlags } from "../flags.ts";
import { runPlan } from "../run_plan.ts";
import { openSession } from "../session.ts";
import { print } from "../terminal.ts";

export function define(): Command {
  const command = new Command("look")
    .summary("see a split: images, their views, class counts")
    .description(
      "Shows the split of a cell's first seed: contact sheets of labelled and unlabelled images with their weak and strong " +
        "views, and how many images each class has. Prepares the data and draws the split if that is not done.",
    )
    .argument("<cell>", "table1/fixmatch/c10-consistent-500");
  return addRunFlags(command, { without: ["--device", "--executor", "--fail-fast", "--yes"] })
    .option("--in <target>", "target or sweep file in which the cell is looked for")
    .action(async (cell: string, options, self: Command) => {
      const flags = readFlags(options);
      const target = options.in ? String(options.in) : targetOf(cell);
      self.setOptionValue("exitCode", await lookAt(cell, { target, flags }));
    });
}

async function lookAt(
  id: string,
  { target, flags }: { readonly target: string; readonly flags: Flags },
): Promise<number> {
  const session = await openSession([target], flags);
  const nodes = cellNodes(session, id);
  const spec = lookNode(nodes);
  if (!spec) {
    throw new UserError(`${id} has no split: ${nodes.absent?.reason ?? "no seed is selected"}`);
  }
  checkPlaces(flags);
  const { code, store } = openProject(project, { store: flags.store });
  const engine = { family: flags.engine ?? "wasm", given: flags.engine !== null };
  const plan = makePlan([spec], { store, code, engine });
  const outcome = await runPlan({ ...session, plan, store });
  if (outcome.interrupted) return exitCodes.interrupted;
  const object = outcome.object(plan.graph.find(spec));
  for (const { node, reason } of outcome.impossible) {
    print(`${node.label}: impossible: ${reason}`);
  }
  if (!object) return exitCodes.incomplete;
  const name = spec.label.replace(/^look at /, "").replaceAll(" ", "-");
  const folder = join(flags.reports, "look", name);
  Deno.mkdirSync(folder, { recursive: true });
  const made = join(object.path, "out", "report");
  const files = [...Deno.readDirSync(made)].map((entry) => entry.name).sort();
  for (const file of files) Deno.copyFileSync(join(made, file), join(folder, file));
  const paths = files.map((file) => join(folder, file));
  print(flags.json ? JSON.stringify({ files: paths }) : paths.map((p) => showPath(p)).join("\n"));
  return exitCodes.ok;
}
