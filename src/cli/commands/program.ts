import { Command } from "commander";
import { UserError } from "../../errors.ts";
import { runShape } from "../../sweep/run_shape.ts";
import { type KernelCost } from "../../tensor/cost.ts";
import type { TrainParams } from "../../train/train_params.ts";
import { cellNodes, targetOf } from "../cell_nodes.ts";
import { count } from "../describe.ts";
import { formatBytes } from "../duration.ts";
import { addSelectionFlags, readFlags } from "../flags.ts";
import { openSession } from "../session.ts";
import { print, style } from "../terminal.ts";

export function define(): Command {
  const command = new Command("program")
    .summary("a cell's training step as a list of kernel calls")
    .description(
      "Prints the recorded program of a cell's training step: inputs, constants, every kernel call with shapes, operations, " +
        "bytes and the line that made it; then the sums of each kernel. Nothing is trained.",
    )
    .argument("<cell>", "such as table1/fixmatch/c10-consistent-500");
  return addSelectionFlags(command)
    .option("--in <target>", "target or sweep file in which the cell is looked for")
    .option("--costs", "only the sums of each kernel")
    .action(async (id: string, options) => {
      const flags = readFlags(options);
      const target = options.in ? String(options.in) : targetOf(id);
      const session = await openSession([target], flags);
      const { cell, runs, absent } = cellNodes(session, id);
      if (absent) throw new UserError(`${id}: ${absent.code}: ${absent.reason}`);
      const run = runs.find(({ selected }) => selected) ?? runs[0];
      if (run === undefined) throw new UserError(`${id}: the sweep has no seed for it`);
      const source = session.selections[0]!.sources.get(cell.split.dataset);
      const found = source && "found" in source ? source.found : undefined;
      const { data, from } = await runShape(cell, { run, plan: session.plan, found });
      const params = session.plan.graph.find(run.train).params as unknown as TrainParams;
      const { recordStep } = await import("../../train/record_step.ts");
      const { callCost, printProgram, programCost, programToJson } = await import(
        "../../tensor/mod.ts"
      );
      const { step: { program, state } } = await recordStep(data, params);
      const kernels = programCost(program);
      if (flags.json) {
        const shown = options.costs ? {} : { program: JSON.parse(programToJson(program)) };
        print(JSON.stringify({ cell: id, seed: run.seed, data: from, kernels, ...shown }));
        return;
      }
      print(`# ${id} seed ${run.seed}: a training step of ${params.method}, ${params.net}`);
      print(
        `# ${count(data.labelled_count, "labelled image")}, ${data.unlabelled_count} unlabelled, ` +
          (from === "setting" ? "as the setting asks (nothing is stored yet)" : "as stored") +
          `; ${count(program.calls.length, "kernel call")}, ${count(state.length, "state tensor")}`,
      );
      if (!options.costs) {
        const costs = (call: typeof program.calls[number]) => {
          const { flops, bytes } = callCost(program, call);
          return [...(flops > 0 ? [formatFlops(flops)] : []), formatBytes(bytes)].join(", ");
        };
        print(printProgram(program, { note: costs }).trimEnd());
      }
      printCosts(kernels);
    });
}

function printCosts(kernels: readonly KernelCost[]): void {
  const sum = (name: "calls" | "flops" | "bytes") =>
    kernels.reduce((total, kernel) => total + kernel[name], 0);
  const total = { kernel: "all", calls: sum("calls"), flops: sum("flops"), bytes: sum("bytes") };
  const width = Math.max(...kernels.map(({ kernel }) => kernel.length));
  const line = (name: string, cells: readonly string[]) =>
    `${name.padEnd(width)} ${cells.map((cell) => cell.padStart(12)).join("")}`;
  print(style("bold", line("kernel", ["calls", "operations", "bytes"]), "stdout"));
  for (const { kernel, calls, flops, bytes } of [...kernels, total]) {
    print(line(kernel, [String(calls), flops > 0 ? formatFlops(flops) : "–", formatBytes(bytes)]));
  }
}

/** `1.23 GFLOP`. */
function formatFlops(flops: number): string {
  const units = ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP"];
  const unit = flops < 1 ? 0 : Math.min(4, Math.floor(Math.log10(flops) / 3));
  return `${(flops / 1000 ** unit).toPrecision(3)} ${units[unit]}`;
}
