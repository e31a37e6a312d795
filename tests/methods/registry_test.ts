import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import {
  createMethod,
  methodIds,
  methodModules,
  methodParams,
  methodUsesUnlabelled,
} from "../../src/methods/registry.ts";

Deno.test("methodParams() merges the parts' parameters with the paper's defaults", () => {
  const parsed = methodParams("fixmatch+scssl").parse({ c: 6 }) as Record<string, unknown>;
  strictEqual(parsed.p_cutoff, 0.95);
  strictEqual(parsed.tau_b, 2);
  strictEqual(parsed.tau_e, 4);
  strictEqual(parsed.c, 6);
  strictEqual(parsed.estimation_epochs, 5);
});

Deno.test("methodParams() rejects unknown parameters", () => {
  strictEqual(methodParams("fixmatch").safeParse({ tau_b: 2 }).success, false);
  strictEqual(methodParams("supervised").safeParse({ lambda_u: 1 }).success, false);
});

Deno.test("methodModules() names what composes and one existing module for each part", async () => {
  for (const id of methodIds()) {
    const urls = methodModules(id);
    strictEqual(urls.length, 1 + id.split("+").length);
    strictEqual(urls[0]!.endsWith("/compose.ts"), true);
    for (const url of urls) strictEqual((await Deno.stat(new URL(url))).isFile, true);
  }
});

Deno.test("methodUsesUnlabelled() agrees with the methods themselves", async () => {
  for (const id of methodIds()) {
    const context = { classes: 2, labelledCounts: [2, 1] };
    const method = await createMethod(id, { params: {}, context });
    strictEqual(methodUsesUnlabelled(id), method.usesUnlabelled);
    strictEqual(method.id, id);
    deepStrictEqual(method.outputs.filter(({ name }) => name === method.primary).length, 1);
  }
});

Deno.test("createMethod() throws for an unknown method", async () => {
  throws(() => methodParams("fixmatch+nothing"), /fixmatch\+nothing/);
  const context = { classes: 2, labelledCounts: [2, 1] };
  await rejects(createMethod("toString", { params: {}, context }), RangeError);
});
