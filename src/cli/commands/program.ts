import { Command } from "commander";
import { UserError } from "../../errors.ts";
import type { CellProgram } from "../../sweep/cell_program.ts";
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
  return addSelectionFlags(command, { without: ["--engine", "--device"] })
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
      const { cellProgram } = await import("../../sweep/cell_program.ts");
      const recorded = await cellProgram(cell, { run, plan: session.plan, found });
      const { params, data, from, kernels } = recorded;
      if (flags.json) {
        const program = options.costs ? {} : { program: JSON.parse(recorded.json()) };
        print(JSON.stringify({ cell: id, seed: run.seed, data: from, kernels, ...program }));
        return;
      }
      print(`# ${id} seed ${run.seed}: a training step of ${params.method}, ${params.net}`);
      const images = [
        `${data.labelled_count} labelled`,
        ...(data.unlabelled_count > 0 ? [`${data.unlabelled_count} unlabelled`] : []),
      ];
      const asked = from === "setting"
        ? "as the setting asks (nothing is stored yet)"
        : "as stored";
      print(`# ${images.join(" and ")} images, ${asked}`);
      print(
        `# ${count(recorded.calls, "kernel call")}, ${
          count(recorded.stateTensors, "state tensor")
        }`,
      );
      if (!options.costs) {
        const note = ({ flops, bytes }: { readonly flops: number; readonly bytes: number }) =>
          [...(flops > 0 ? [formatFlops(flops)] : []), formatBytes(bytes)].join(", ");
        print(recorded.text(note).trimEnd());
      }
      printCosts(kernels);
    });
}

function printCosts(kernels: CellProgram["kernels"]): void {
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
