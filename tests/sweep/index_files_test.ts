import { equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { expandSweep } from "../../src/config/mod.ts";
import type { NodeSpec } from "../../src/dag/mod.ts";
import { capabilities } from "../../src/sweep/capabilities.ts";
import { buildTables } from "../../src/sweep/graph.ts";
import { locateSources } from "../../src/sweep/sources.ts";
import { load, small } from "../config/sweep_files.ts";

const files = "index_files: {labelled: lb_seed{seed}.npy, unlabelled: ulb_seed{seed}.npy}";
const sweepText = small.replace(
  /( +)dataset: synthetic\n/,
  (line, indent) => `${line}${indent}${files.replaceAll(/\S+\{seed\}\.npy/g, '"$&"')}\n`,
);

Deno.test("a setting's index files reach the split stage by digest, one pair a seed", async () => {
  const root = await Deno.makeTempDir();
  try {
    const sweep = await load({ "main.yaml": sweepText });
    const expanded = expandSweep(sweep, { capabilities: capabilities({}), profile: "paper" });
    const find = () => locateSources(expanded, { root, folders: {}, cache: new Map() });
    await Deno.mkdir(join(root, "synthetic"));
    await rejects(find(), /There is no index file .*synthetic\/lb_seed0\.npy/);
    for (const name of ["lb_seed0", "lb_seed1", "ulb_seed0", "ulb_seed1"]) {
      await Deno.writeTextFile(join(root, "synthetic", `${name}.npy`), name);
    }
    const sources = await find();
    const tables = buildTables(expanded, { sources, papers: new Map() });
    const splits = new Map<string, NodeSpec>();
    for (const { runs } of tables.flatMap(({ cells }) => cells)) {
      for (const { train } of runs) {
        const { labelled } = train.inputs as Readonly<Record<string, { node: NodeSpec }>>;
        splits.set(labelled!.node.label ?? "", labelled!.node);
      }
    }
    const source = sources.get("synthetic")!;
    const digest = (name: string) =>
      "found" in source ? source.indexFiles!.get(`${name}.npy`)!.digest : "";
    match(digest("lb_seed0"), /^sha256:[0-9a-f]{64}$/);
    const params = (label: string) =>
      (splits.get(label)?.params as { index_files?: unknown } | undefined)?.index_files;
    equal(splits.size, 4);
    for (const seed of [0, 1]) {
      const both = JSON.stringify(params(`split tiny seed ${seed}`));
      equal(
        both,
        JSON.stringify({
          labelled: digest(`lb_seed${seed}`),
          unlabelled: digest(`ulb_seed${seed}`),
        }),
      );
      equal(
        JSON.stringify(params(`split tiny labelled seed ${seed}`)),
        JSON.stringify({ labelled: digest(`lb_seed${seed}`), unlabelled: null }),
      );
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
