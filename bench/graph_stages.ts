/** Trivial stages for `bench/graph.ts`: each writes one small file that depends on its parameters and inputs. */
import { z } from "zod";
import { defineStage } from "../src/dag/define_stage.ts";
import type { StageContext } from "../src/dag/stage.ts";

const params = z.strictObject({ value: z.number() });
type Params = z.infer<typeof params>;

async function write(context: StageContext<Params>, inputs: readonly string[]): Promise<void> {
  const texts = await Promise.all(inputs.map((path) => Deno.readTextFile(`${path}/value.txt`)));
  const text = [context.params.value, ...texts.map((text) => text.trim())].join(" ");
  await Deno.writeTextFile(`${context.output("out")}/value.txt`, `${text}\n`);
}

const base = { version: 1, module: import.meta.url, params, outputs: ["out"] } as const;

export const prepare = defineStage<Params>({
  ...base,
  name: "prepare",
  inputs: {},
  run: (context) => write(context, []),
});

const step = (name: string) =>
  defineStage<Params>({
    ...base,
    name,
    inputs: { from: "one" },
    run: (context) => write(context, [context.input("from")]),
  });

export const train = step("train");
export const calibrate = step("calibrate");
export const evaluate = step("evaluate");

export const tabulate = defineStage<Params>({
  ...base,
  name: "tabulate",
  inputs: { cells: "list" },
  run: (context) =>
    write(context, context.inputs("cells").flatMap((cell) => "path" in cell ? [cell.path] : [])),
});
