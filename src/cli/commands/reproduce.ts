import { Command } from "commander";
import { checkPlaces } from "../check_places.ts";
import { checkEngineUse } from "../engine_choice.ts";
import { addRunFlags, readFlags } from "../flags.ts";
import { offerMissingData } from "../offer_data.ts";
import { openSession } from "../session.ts";
import { runSession } from "../run_session.ts";

export function define(): Command {
  const command = new Command("reproduce")
    .summary("run what is missing for a table and write its report")
    .description("Runs the missing cells of the targets and writes <reports>/<target>.md and .csv.")
    .argument("<target...>", "smoke, table1 … table8, or all");
  return addRunFlags(command).action(async (targets: string[], options, self: Command) => {
    const flags = readFlags(options);
    const session = await openSession(targets, flags);
    checkPlaces(flags);
    checkEngineUse(session.engine, session.plan);
    const complete = await offerMissingData(session) ? await openSession(targets, flags) : session;
    self.setOptionValue("exitCode", await runSession(complete));
  });
}
