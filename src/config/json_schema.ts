import { z } from "zod";
import { sweepSchema } from "./sweep_schema.ts";

/** The JSON schema of sweep files for editors, as it stands in `configs/sweep.schema.json`. */
export function sweepJsonSchema(): string {
  const schema = z.toJSONSchema(sweepSchema, { io: "input", reused: "ref" });
  const titled = { ...schema, title: "retable sweep file" };
  return JSON.stringify(titled, null, 2) + "\n";
}

if (import.meta.main) {
  const file = new URL("../../configs/sweep.schema.json", import.meta.url);
  await Deno.writeTextFile(file, sweepJsonSchema());
}
