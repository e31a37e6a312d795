import { join } from "node:path";
import { defineStage } from "../src/dag/define_stage.ts";
import { tableParams } from "../src/report/params.ts";

/** Joins the metrics of every seed of a table with the paper's numbers, in every report format. */
export const tabulate = defineStage({
  name: "tabulate",
  version: 1,
  module: import.meta.url,
  params: tableParams,
  inputs: { cells: "list" },
  outputs: ["report"],
  async run(context) {
    const { buildReport } = await import("../src/report/build.ts");
    const { formats } = await import("../src/report/formats.ts");
    const { readMetrics } = await import("../src/report/metrics.ts");
    const inputs = context.inputs("cells");
    const outcomes = await Promise.all(inputs.map(async (input) => {
      return "path" in input ? { metrics: await readMetrics(input.path) } : input;
    }));
    const report = buildReport(context.params, outcomes);
    const directory = context.output("report");
    for (const [extension, render] of Object.entries(formats)) {
      await Deno.writeTextFile(join(directory, `report.${extension}`), render(report));
    }
    // For readers that print the same table in their own way, such as the terminal.
    await Deno.writeTextFile(
      join(directory, "report.json"),
      JSON.stringify(report, null, 1) + "\n",
    );
    context.progress({ done: inputs.length, total: inputs.length, unit: "results" });
  },
});
