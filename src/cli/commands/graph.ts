import { Command } from "commander";
import { formatDot, formatMermaid } from "../../dag/mod.ts";
import { suggest } from "../../config/mod.ts";
import { UserError } from "../../errors.ts";
import { addSelectionFlags, readFlags } from "../flags.ts";
import { openSession } from "../session.ts";
import { print } from "../terminal.ts";

const formats = { mermaid: formatMermaid, dot: formatDot } as const;

export function define(): Command {
  const command = new Command("graph")
    .summary("the graph of stages as text")
    .description("Prints the graph of stages, coloured by state, as Mermaid or DOT.")
    .argument("<target...>", "smoke, table1 … table8, all, or a sweep file");
  return addSelectionFlags(command, { without: ["--json"] })
    .option("--format <name>", "mermaid or dot", "mermaid")
    .action(async (targets: string[], options) => {
      const format = String(options.format);
      if (format !== "mermaid" && format !== "dot") {
        const names = Object.keys(formats);
        throw new UserError(`--format: unknown format "${format}"${suggest(format, names)}`);
      }
      const { plan } = await openSession(targets, readFlags(options));
      print(formats[format](plan));
    });
}
