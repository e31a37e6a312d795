import { ok, strictEqual } from "node:assert/strict";
import { methodsDocument } from "../../src/methods/document.ts";
import { methodParts } from "../../src/methods/registry.ts";

Deno.test("methodsDocument() is what docs/methods.md holds", async () => {
  const path = new URL("../../docs/methods.md", import.meta.url);
  strictEqual(
    await Deno.readTextFile(path),
    methodsDocument(),
    "run src/methods/document.ts to write the page anew",
  );
});

Deno.test("every part of a method says its source, equations, and what each parameter means", () => {
  for (const [name, { about, params }] of Object.entries(methodParts())) {
    ok(about.source.length > 0 && about.equations.length > 0, name);
    for (const [key, schema] of Object.entries(params.shape)) {
      ok((schema as { description?: string }).description, `${name}: ${key}`);
    }
  }
});
