import { equal } from "node:assert/strict";
import { sweepJsonSchema } from "../../src/config/json_schema.ts";

Deno.test("sweepJsonSchema() is what configs/sweep.schema.json holds", async () => {
  const file = new URL("../../configs/sweep.schema.json", import.meta.url);
  const advice = "out of date: run `deno run --allow-write src/config/json_schema.ts`";
  equal(await Deno.readTextFile(file), sweepJsonSchema(), advice);
});
