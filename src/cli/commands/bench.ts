import { join } from "node:path";
import { Command } from "commander";
import { suggest } from "../../config/suggest.ts";
import { UserError } from "../../errors.ts";
import { project } from "../flags.ts";

/** Benchmarks by name; each file measures in processes of its own and takes `--json`. */
const benchmarks: Readonly<Record<string, string>> = {
  augment: "bench/augment.ts",
  graph: "bench/graph.ts",
  kernels: "bench/kernels.ts",
  methods: "bench/methods.ts",
  step: "bench/step.ts",
};

export function define(): Command {
  return new Command("bench")
    .summary("measure speed")
    .description(
      `Runs a benchmark: ${Object.keys(benchmarks).join(", ")}; all of them without a name.`,
    )
    .argument("[name]", "which benchmark")
    .option("--json", "machine-readable output")
    .action(async (name: string | undefined, options, self: Command) => {
      const names = Object.keys(benchmarks);
      if (name !== undefined && !names.includes(name)) {
        throw new UserError(`unknown benchmark "${name}"${suggest(name, names)}`);
      }
      for (const one of name === undefined ? names : [name]) {
        const { code } = await new Deno.Command(Deno.execPath(), {
          args: [
            "run",
            "--no-prompt",
            "--allow-read",
            "--allow-write",
            "--allow-run",
            "--allow-ffi",
            "--allow-sys",
            "--allow-env",
            join(project, benchmarks[one]!),
            ...(options.json ? ["--json"] : []),
          ],
          cwd: project,
          stdin: "null",
          stdout: "inherit",
          stderr: "inherit",
        }).spawn().status;
        if (code !== 0) self.setOptionValue("exitCode", 1);
      }
    });
}
