import { join } from "node:path";
import { Command } from "commander";
import { suggest } from "../../config/suggest.ts";
import { UserError } from "../../errors.ts";
import { project } from "../flags.ts";

/** A benchmark: its file, which measures in processes of its own and takes `--json`, and what else it takes. */
interface Benchmark {
  readonly file: string;
  readonly options: readonly Option[];
}

type Option = keyof typeof optionHelp;

const optionHelp = {
  engine: ["<names>", "only these engines, or pytorch (step); the engine that is used (methods)"],
  device: ["<names>", "only these devices: cpu, cuda (step)"],
  net: ["<names>", "only these nets: wrn-28-2, wrn-10-1, none (step); the net (methods)"],
  method: ["<ids>", "only these methods (methods)"],
  batch: ["<n>", "labelled images a step (step, methods)"],
  strong: ["<pipeline>", "the strong view (step, methods): randaugment, simple"],
  rounds: ["<n>", "turns of each (step, methods, augment)"],
  threads: ["<n>", "cores that each uses (step, methods, kernels, augment)"],
  python: [
    "<program>",
    "a Python with PyTorch (step) or torchvision (augment); default: PYTHON, else python3",
  ],
} as const;

const benchmarks: Readonly<Record<string, Benchmark>> = {
  augment: { file: "bench/augment.ts", options: ["rounds", "threads", "python"] },
  graph: { file: "bench/graph.ts", options: [] },
  kernels: { file: "bench/kernels.ts", options: ["threads"] },
  methods: {
    file: "bench/methods.ts",
    options: ["engine", "net", "method", "batch", "strong", "rounds", "threads"],
  },
  step: {
    file: "bench/step.ts",
    options: ["engine", "device", "net", "batch", "strong", "rounds", "threads", "python"],
  },
};

export function define(): Command {
  const command = new Command("bench")
    .summary("measure speed")
    .description(
      `Runs a benchmark: ${Object.keys(benchmarks).join(", ")}; all of them without a name.`,
    )
    .argument("[name]", "which benchmark")
    .option("--json", "machine-readable output");
  for (const [option, [value, help]] of Object.entries(optionHelp)) {
    command.option(`--${option} ${value}`, help);
  }
  return command.action(async (name: string | undefined, given, self: Command) => {
    for (const one of name === undefined ? Object.keys(benchmarks) : [name]) {
      const code = await runBenchmark(one, given);
      if (code !== 0) self.setOptionValue("exitCode", code);
    }
  });
}

/** Runs one benchmark with the options given; its exit code. Throws a UserError for a name or an option that it does not know. */
async function runBenchmark(
  name: string,
  given: Readonly<Partial<Record<Option, string>>> & { readonly json?: boolean },
): Promise<number> {
  const benchmark = benchmarks[name];
  if (!benchmark) {
    throw new UserError(`unknown benchmark "${name}"${suggest(name, Object.keys(benchmarks))}`);
  }
  const args = Object.keys(optionHelp).flatMap((key) => {
    const option = key as Option;
    if (given[option] === undefined) return [];
    if (benchmark.options.includes(option)) return [`--${option}=${given[option]}`];
    throw new UserError(`the benchmark "${name}" takes no --${option}`);
  });
  const permissions = ["read", "write", "run", "ffi", "sys", "env"];
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      ...permissions.map((permission) => `--allow-${permission}`),
      join(project, benchmark.file),
      ...args,
      ...(given.json ? ["--json"] : []),
    ],
    cwd: project,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return code;
}
