import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BATCH_NAMES } from "../../src/data/downsampled_files.ts";
import { hex, inTemporaryDirectory, writeFiles } from "./fixtures.ts";
import { devkit, flatValidation, trainFolders } from "./ilsvrc_fixtures.ts";
import { npzBatch } from "./zip_fixtures.ts";

const script = fileURLToPath(new URL("./preprocess_process.ts", import.meta.url));

/** Runs the stage in a process, which kills itself with SIGKILL when `killAt` pictures are done. Returns whether it finished. */
async function run(options: {
  readonly root: string;
  readonly out: string;
  readonly threads: number;
  readonly killAt?: number;
}): Promise<boolean> {
  await Deno.remove(join(options.root, options.out), { recursive: true }).catch(() => {});
  const permissions = ["read", "write", "run", "env", "sys", "ffi"].map((name) =>
    `--allow-${name}`
  );
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", ...permissions, script, JSON.stringify(options)],
    stderr: "inherit",
  });
  const { signal, code } = await process.output();
  assert.ok(signal === "SIGKILL" || code === 0, `ended with ${signal ?? code}`);
  return signal === null;
}

async function digests(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const part of ["train", "test"]) {
    for (const name of ["images.bin", "labels.bin", "ids.bin", "meta.json"]) {
      const path = join(directory, part, name);
      found[`${part}/${name}`] = hex("sha256", await Deno.readFile(path));
    }
  }
  return found;
}

async function finishedPieces(root: string, out: string): Promise<number> {
  const path = join(root, `checkpoints-${out}`, "state.json");
  const text = await Deno.readTextFile(path).catch(() => '{"done":[]}');
  return JSON.parse(text).done.length;
}

/** Kills it at several points, goes on each time, and compares with a run on one thread that nobody disturbed. */
async function killedAgainAndAgain(root: string, killPoints: readonly number[]): Promise<void> {
  assert.ok(await run({ root, out: "whole", threads: 1 }));
  let kept = 0;
  for (const killAt of killPoints) {
    assert.ok(!await run({ root, out: "killed", threads: 2, killAt }), `not killed at ${killAt}`);
    const now = await finishedPieces(root, "killed");
    assert.ok(now >= kept, `${now} pieces after ${kept}`);
    kept = now;
  }
  assert.ok(kept > 0, "nothing was kept of the killed runs");
  assert.ok(await run({ root, out: "killed", threads: 2 }));
  assert.deepEqual(await digests(join(root, "killed")), await digests(join(root, "whole")));
}

Deno.test("preprocess_imagenet127 is killed at several points and resumed: the same bytes from archives", async () => {
  await inTemporaryDirectory(async (root) => {
    const files = BATCH_NAMES.map((name, batch): [string, Uint8Array] => {
      const labels = Array.from({ length: batch === 4 ? 20_000 : 200 + batch }, (_, i) => {
        return 1 + (i * 11 + batch) % 1000;
      });
      const planes = new Uint8Array(labels.length * 3072);
      for (let i = 0; i < planes.length; i += 97) planes[i] = (i * 31 + batch) & 255;
      return [`${name}.npz`, npzBatch(planes, { labels, width: 3072, deflated: batch % 2 === 0 })];
    });
    await writeFiles(join(root, "imagenet-127-32"), Object.fromEntries(files));
    await killedAgainAndAgain(root, [1, 2000, 12_000, 20_000]);
  });
});

Deno.test("preprocess_imagenet127 is killed at several points and resumed: the same bytes from JPEGs", async () => {
  await inTemporaryDirectory(async (root) => {
    await writeFiles(join(root, "imagenet-127-32"), {
      ...await trainFolders(),
      ...flatValidation(),
      "ILSVRC2012_devkit_t12.tar.gz": devkit(),
    });
    await killedAgainAndAgain(root, [1, 300, 700, 1000]);
  });
});
