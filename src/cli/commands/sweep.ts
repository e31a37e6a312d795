import { Command } from "commander";
import { UserError } from "../../errors.ts";
import { checkPlaces } from "../check_places.ts";
import { checkEngineUse } from "../engine_choice.ts";
import { addRunFlags, readFlags } from "../flags.ts";
import { offerMissingData } from "../offer_data.ts";
import { openSession } from "../session.ts";
import { runSession } from "../run_session.ts";

export function define(): Command {
  const command = new Command("sweep")
    .summary("run every cell and table of a sweep file")
    .description(
      "Runs every cell and table of a sweep file; docs/sweep-files.md says what is in one.",
    )
    .argument("<file.yaml>", "a sweep file");
  return addRunFlags(command).action(async (file: string, options, self: Command) => {
    if (!/\.ya?ml$/.test(file)) {
      throw new UserError(`sweep takes a .yaml file, not "${file}"; for a target use reproduce.`);
    }
    const flags = readFlags(options);
    const session = await openSession([file], flags);
    checkPlaces(flags);
    checkEngineUse(session.engine, session.plan);
    const complete = await offerMissingData(session) ? await openSession([file], flags) : session;
    self.setOptionValue("exitCode", await runSession(complete));
  });
}
