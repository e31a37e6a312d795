import { Command, CommanderError } from "commander";
import { OutsideError, UserError } from "../errors.ts";
import { exitCodes } from "./exit_codes.ts";
import { columns, message, print, style, writeMessage } from "./terminal.ts";

/** Each command's file is loaded only when it is asked for: a command that has nothing to do must answer at once. */
const commands: Readonly<Record<string, () => Promise<{ define: () => Command }>>> = {
  reproduce: () => import("./commands/reproduce.ts"),
  sweep: () => import("./commands/sweep.ts"),
  plan: () => import("./commands/plan.ts"),
  status: () => import("./commands/status.ts"),
  explain: () => import("./commands/explain.ts"),
  graph: () => import("./commands/graph.ts"),
  program: () => import("./commands/program.ts"),
  look: () => import("./commands/look.ts"),
  gc: () => import("./commands/gc.ts"),
  train: () => import("./commands/train.ts"),
  "import-usb": () => import("./commands/import_usb.ts"),
  "import-log": () => import("./commands/import_log.ts"),
  data: () => import("./commands/data.ts"),
  engine: () => import("./commands/engine.ts"),
  doctor: () => import("./commands/doctor.ts"),
  bench: () => import("./commands/bench.ts"),
};

async function build(name: string | undefined): Promise<Command> {
  const program = new Command("deno task")
    .description("Regenerates every table of a machine-learning paper, incrementally.");
  const wanted = name !== undefined && name in commands ? [name] : Object.keys(commands);
  for (const one of wanted) program.addCommand((await commands[one]!()).define());
  for (
    const command of [
      program,
      ...program.commands,
      ...program.commands.flatMap((c) => c.commands),
    ]
  ) {
    command.exitOverride().configureOutput({
      writeOut: (text) => print(text),
      writeErr: (text) => writeMessage(text),
      getOutHelpWidth: () => Math.min(columns(), 100),
      getErrHelpWidth: () => Math.min(columns(), 100),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    }).helpCommand(false);
  }
  return program;
}

/**
 * Runs one command and returns its exit code: 0 all that was asked is there, 1 something failed or is impossible,
 * 2 the input is wrong (nothing was written), 130 interrupted (state saved).
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const program = await build(args[0]);
    if (args.length === 0) {
      program.outputHelp();
      return exitCodes.usage;
    }
    let code: number = exitCodes.ok;
    program.hook("postAction", (_program, action) => {
      code = action.getOptionValue("exitCode") ?? exitCodes.ok;
    });
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    if (error instanceof OutsideError) {
      message(`${style("red", "error:")} ${error.message}`);
      return exitCodes.incomplete;
    }
    if (error instanceof UserError) {
      message(`${style("red", "error:")} ${error.message}`);
      return exitCodes.usage;
    }
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    message(`${style("red", "internal error:")} ${text}`);
    return exitCodes.incomplete;
  }
}
