import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openProject } from "../../src/dag/mod.ts";
import type { Stage } from "../../src/dag/stage.ts";
import { sourceTexts as tensorflow } from "../../src/tensor/engines/tensorflow/source_texts.ts";
import { sourceTexts as tfjs } from "../../src/tensor/engines/tfjs/source_texts.ts";
import { sourceTexts as wasm } from "../../src/tensor/engines/wasm/source_texts.ts";
import { sourceTexts as xla } from "../../src/tensor/engines/xla/source_texts.ts";
import { train } from "../../stages/train.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { code } = openProject(root, { store: `${root}none` });

for (const [name, sourceTexts] of Object.entries({ wasm, tensorflow, xla, tfjs })) {
  Deno.test(`sourceTexts() of ${name} and training's key hold every tensor module that the engine uses`, () => {
    const keyed = code.digest(train as Stage, { method: "supervised", net: "wrn-28-2" }).modules;
    const own = new Set(sourceTexts());
    const texts = modulesFrom(`src/tensor/engines/${name}/create.ts`);
    const missing = [...texts].filter(([path, text]) => !(path in keyed) && !own.has(text));
    assert.deepEqual(missing.map(([path]) => path), []);
  });
}

/** Makes the digest and no number. */
const digesting = "src/tensor/engines/module_texts.ts";

/** Paths from the root and texts of the modules of src/tensor that one imports, directly or not. */
function modulesFrom(first: string): Map<string, string> {
  const texts = new Map<string, string>();
  const waiting = [first];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (texts.has(path) || path === digesting || !path.startsWith("src/tensor/")) continue;
    const text = Deno.readTextFileSync(root + path);
    texts.set(path, text);
    for (const specifier of code.cache.read(text).imports) {
      const found = code.tree.resolve(specifier, root + path);
      if (found.kind === "file") waiting.push(code.tree.relative(found.path));
    }
  }
  return texts;
}
