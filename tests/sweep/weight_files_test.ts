import { equal, match, notEqual, rejects } from "node:assert/strict";
import { join } from "node:path";
import { expandSweep, loadSweep } from "../../src/config/mod.ts";
import type { NodeSpec } from "../../src/dag/mod.ts";
import { capabilities } from "../../src/sweep/capabilities.ts";
import { buildTables } from "../../src/sweep/graph.ts";
import { locateSources } from "../../src/sweep/sources.ts";
import { locateWeights } from "../../src/sweep/weight_files.ts";
import { small } from "../config/sweep_files.ts";

/** The trainings of a sweep whose runs start from `pretrained`, each with the node of its weights; `content` is start.pth's. */
async function trainings(pretrained: string | null, content = "weights") {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "start.pth"), content);
    const text = pretrained === null
      ? small
      : small.replace("  strong: simple\n", `$&  pretrained: "${pretrained}"\n`);
    await Deno.writeTextFile(join(folder, "main.yaml"), text);
    const sweep = loadSweep("main.yaml", { cwd: folder });
    const expanded = expandSweep(sweep, { capabilities: capabilities({}), profile: "paper" });
    const cache = new Map<string, string>();
    const weights = await locateWeights(expanded, { sweep, cache });
    const sources = await locateSources(expanded, { root: "none", folders: {}, cache });
    const tables = buildTables(expanded, { sources, weights, papers: new Map() });
    return tables.flatMap(({ cells }) => cells.flatMap(({ runs }) => runs)).map(({ train }) => ({
      params: JSON.stringify(train.params),
      start: (train.inputs.pretrained as { node: NodeSpec } | undefined)?.node,
    }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Digest of the file that a training starts from. */
function digestOf({ start }: { readonly start: NodeSpec | undefined }): string {
  return (start!.params as { readonly digest: string }).digest;
}

Deno.test("pretrained reaches training as a node with the file's digest, not its path", async () => {
  const runs = await trainings("start.pth#ema_model");
  const [first] = runs;
  match(digestOf(first!), /^sha256:[0-9a-f]{64}$/);
  equal((first!.start!.params as { readonly entry: string }).entry, "ema_model");
  equal(runs.every(({ start }) => start === first!.start), true);
  equal(runs.length, 6);
});

Deno.test("another file of weights is another node, none is no input", async () => {
  const [one, two, none] = [
    await trainings("start.pth", "one"),
    await trainings("start.pth", "two"),
    await trainings(null),
  ];
  notEqual(digestOf(one[0]!), digestOf(two[0]!));
  equal(none[0]!.start, undefined);
  equal(none[0]!.params, one[0]!.params);
});

Deno.test("pretrained that names no file is a mistake at its line", async () => {
  await rejects(trainings("absent.pth"), (error: Error) => {
    match(error.message, /^main\.yaml:7:15 There is no file of weights .*absent\.pth/);
    return error.name === "UserError";
  });
});
