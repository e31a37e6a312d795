/**
 * Runs `preprocess_imagenet127` in a process of its own, which ends itself with SIGKILL as soon as `killAt` pictures are done. Takes
 * one argument, JSON: { root, out, threads, killAt }.
 */
import { join } from "node:path";
import { locate } from "../../src/data/locate.ts";
import { preprocess } from "../../stages/preprocess_imagenet127.ts";
import { runStage } from "./run_stage.ts";

const { root, out, threads, killAt = Infinity } = JSON.parse(Deno.args[0]!);
const located = await locate({
  dataset: "imagenet-127-32",
  root,
  cache: new Map(),
  archives: {},
  ilsvrc: {},
});
if (!("found" in located)) throw new Error(located.missing);
const { kind, digest, path } = located.found;
await runStage(preprocess, {
  params: { dataset: "imagenet-127-32", source: { kind, digest } },
  directory: join(root, out),
  checkpoints: join(root, `checkpoints-${out}`),
  paths: { "imagenet-127-32": path },
  threads,
  onProgress: ({ done }) => {
    if (done >= killAt) Deno.kill(Deno.pid, "SIGKILL");
  },
});
Deno.exit(0);
