import assert from "node:assert/strict";
import { join } from "node:path";
import { indexFilesProblem, readIndexFile } from "../../src/data/index_files.ts";
import { readInt32 } from "../../src/data/part_files.ts";
import { UserError } from "../../src/errors.ts";
import { prepare } from "../../stages/prepare.ts";
import { split } from "../../stages/split.ts";
import { hex, inTemporaryDirectory } from "./fixtures.ts";
import { indexFile } from "./npy_fixtures.ts";
import { runStage } from "./run_stage.ts";

const synthetic = { classes: 4, size: 8, train_per_class: 10, test_per_class: 1 };
const source = { kind: "synthetic", digest: "parameters" };
// Image i of the synthetic set has class i mod 4.
const labelled = [8, 0, 1, 5, 2, 6, 3, 7];
const unlabelled = [4, 9, 10, 11];

Deno.test("split takes index files of another program in place of drawing", async () => {
  await inTemporaryDirectory(async (directory) => {
    await runStage(prepare, { params: { dataset: "synthetic", source, synthetic }, directory });
    const paths: Record<string, string> = {};
    const written = async (name: string, indices: readonly number[]) => {
      const path = join(directory, name);
      const bytes = indexFile(indices);
      await Deno.writeFile(path, bytes);
      const digest = `sha256:${hex("sha256", bytes)}`;
      paths[digest] = path;
      return digest;
    };
    const run = (params: Record<string, unknown>) =>
      runStage(split, {
        params: {
          labelled: { head: 2, ratio: 1 },
          unlabelled: { head: 1, ratio: 1, shape: "uniform" },
          seed: 0,
          ...params,
        },
        directory: join(directory, "split"),
        inputs: { train: join(directory, "train") },
        paths,
      });
    const files = {
      labelled: await written("lb_labels2_1_seed0_idx.npy", labelled),
      unlabelled: await written("ulb_labels1_1_seed0_idx.npy", unlabelled),
    };
    await run({ index_files: files });
    const indices = (part: string) => readInt32(join(directory, "split", part, "indices.bin"));
    assert.deepEqual([...await indices("labelled")], labelled);
    assert.deepEqual([...await indices("unlabelled")], unlabelled);
    const meta = await Deno.readTextFile(join(directory, "split/labelled/meta.json"));
    assert.deepEqual(JSON.parse(meta), {
      counts: [2, 2, 2, 2],
      ratio: 1,
      rule: "index-file",
      seed: null,
      fixed: false,
    });

    await assert.rejects(
      run({ index_files: files, labelled: { head: 3, ratio: 1 } }),
      /holds 2 2 2 2 labelled images per class, but 3 3 3 3 are asked for/,
    );
    const both = await written("both.npy", [8, 9, 10, 11]);
    await assert.rejects(
      run({ index_files: { ...files, unlabelled: both } }),
      /Image 8 is both labelled and unlabelled/,
    );
    await assert.rejects(
      run({ index_files: { ...files, unlabelled: null } }),
      /needs one of the unlabelled images/,
    );
    await run({ index_files: { ...files, unlabelled: null }, unlabelled: "all" });
    assert.equal((await indices("unlabelled")).length, 40);
  });
});

Deno.test("indexFilesProblem() names an image whose class is not known", () => {
  const split = { labelled: Int32Array.of(0, 2), unlabelled: Int32Array.of(1) };
  const request = {
    labels: Int32Array.of(0, 1, -1),
    labelled: { head: 1, ratio: 1, shape: "uniform" },
    unlabelled: "all",
    classes: 2,
  } as const;
  assert.match(indexFilesProblem(split, request)!, /labelled images names image 2, whose class/);
});

Deno.test("readIndexFile() refuses changed files, images that are not there and repeated ones", async () => {
  await inTemporaryDirectory(async (directory) => {
    const path = join(directory, "a.npy");
    const refused = async (indices: readonly number[], message: RegExp) => {
      const bytes = indexFile(indices);
      await Deno.writeFile(path, bytes);
      const digest = `sha256:${hex("sha256", bytes)}`;
      await assert.rejects(readIndexFile(path, { digest, count: 10 }), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        return true;
      });
    };
    await refused([1, 2, 10], /indices of 0 to 9, found 10 at position 2/);
    await refused([1, -1], /found -1 at position 1/);
    await refused([3, 1, 3], /the index 3 is there twice/);
    await assert.rejects(
      readIndexFile(path, { digest: "sha256:0", count: 10 }),
      /is not what it was when the run was planned/,
    );
  });
});
