/**
 * Runs `preprocess_imagenet127` in a process of its own, so that a test can kill it: prints the progress, a number a line. Takes one
 * argument, JSON: { root, out, threads }.
 */
import { join } from "node:path";
import { locate } from "../../src/data/locate.ts";
import { preprocess } from "../../stages/preprocess_imagenet127.ts";
import { runStage } from "./run_stage.ts";

const { root, out, threads } = JSON.parse(Deno.args[0]!);
const located = await locate({
  dataset: "imagenet-127-32",
  root,
  cache: new Map(),
  archives: {},
  ilsvrc: {},
});
if (!("found" in located)) throw new Error(located.missing);
const { kind, digest, path } = located.found;
const encoder = new TextEncoder();
await runStage(preprocess, {
  params: { dataset: "imagenet-127-32", source: { kind, digest } },
  directory: join(root, out),
  checkpoints: join(root, `checkpoints-${out}`),
  paths: { "imagenet-127-32": path },
  threads,
  onProgress: ({ done }) => void Deno.stdout.writeSync(encoder.encode(`${done}\n`)),
});
Deno.exit(0);
