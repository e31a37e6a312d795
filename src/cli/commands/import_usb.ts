import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { loadSweep } from "../../config/mod.ts";
import { importConfigs } from "../../config/usb/mod.ts";
import { UserError } from "../../errors.ts";
import { capabilities } from "../../sweep/capabilities.ts";
import { count, showPath } from "../describe.ts";
import { exitCodes } from "../exit_codes.ts";
import { project } from "../flags.ts";
import { message, print } from "../terminal.ts";

export function define(): Command {
  return new Command("import-usb")
    .summary("config files of USB as one sweep file")
    .description(
      "Turns config files of USB or CPE, or folders of them, into one sweep file: settings, methods and seeds become its axes. " +
        "docs/usb.md says what each key means here.",
    )
    .argument("<path...>", "config files or folders of them")
    .option("-o, --output <file.yaml>", "where the sweep file is written (default: stdout)")
    .option("--force", "replace the file of -o if it is there")
    .action((paths: string[], options, self: Command) => {
      const output = options.output === undefined ? undefined : String(options.output);
      if (output !== undefined) checkOutput(output, { force: options.force === true });
      const { text, runs, leftOut } = importConfigs(paths, {
        capabilities: capabilities(),
        paper: loadSweep(join(project, "configs/paper.yaml")),
        cwd: Deno.cwd(),
      });
      for (const line of leftOut) message(`left out: ${line}`);
      if (output === undefined) print(text);
      else {
        Deno.writeTextFileSync(output, text);
        message(`${count(runs.length, "config file")} -> ${showPath(resolve(output))}`);
      }
      self.setOptionValue("exitCode", leftOut.length > 0 ? exitCodes.incomplete : exitCodes.ok);
    });
}

/** Refuses an output that could not be read as a sweep file, or that is not to be replaced. */
function checkOutput(output: string, { force }: { readonly force: boolean }): void {
  if (!/\.ya?ml$/i.test(output)) {
    throw new UserError(`--output takes a .yaml file, not "${output}".`);
  }
  const folder = dirname(resolve(output));
  if (!isFolder(folder)) {
    throw new UserError(`--output ${output}: there is no folder ${dirname(output)}.`);
  }
  if (!force && exists(output)) {
    throw new UserError(`--output ${output}: the file is there; --force replaces it.`);
  }
}

function isFolder(path: string): boolean {
  return exists(path) && Deno.statSync(path).isDirectory;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
