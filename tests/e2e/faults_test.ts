import assert from "node:assert/strict";
import { join } from "node:path";
import { randomUniform } from "../../src/tensor/threefry.ts";
import { noEngines } from "../no_engines.ts";
import {
  commandArguments,
  type Place,
  project,
  readReports,
  run,
  runJson,
  withPlace,
} from "./project.ts";

const smoke = ["reproduce", "smoke", "--jobs", "2"];

/** Processes below `pid`, children first. */
function descendants(pid: number): number[] {
  const { stdout } = new Deno.Command("ps", { args: ["-eo", "pid=,ppid="] }).outputSync();
  const parents = new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const below = (parent: number): number[] =>
    parents.filter(([, of]) => of === parent).flatMap(([child]) => [...below(child), child]);
  return below(pid);
}

/** Starts the smoke run and kills a process of it after a while, unless it is done before. */
async function runAndKill(
  place: Place,
  { seconds, victim }: { readonly seconds: number; readonly victim: "runner" | "worker" },
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: commandArguments(smoke, place),
    cwd: project,
    env: noEngines,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = setInterval(() => {
    clearInterval(timer);
    const target = victim === "runner" ? child.pid : descendants(child.pid)[0] ?? child.pid;
    Deno.kill(target, "SIGKILL");
  }, seconds * 1000);
  await child.status;
  clearInterval(timer);
}

Deno.test("reproduce smoke gives the same report undisturbed, killed, twice at once and with a flipped byte", async () => {
  await withPlace(async (place) => {
    const first = await runJson(smoke, place);
    assert.equal(first.failed + first.impossible, 0);
    const expected = readReports(place);
    assert.deepEqual(Object.keys(expected), ["smoke.csv", "smoke.md"]);

    // Nothing to do: nothing runs, the same bytes.
    const again = await runJson(smoke, place);
    assert.deepEqual([again.ran, again.cached], [0, first.ran]);
    assert.deepEqual(readReports(place), expected);

    // A runner, or a worker, killed at random moments; then two runners at once finish.
    const other = { store: join(place.folder, "other"), reports: join(place.folder, "others") };
    const seed = Math.floor(Math.random() * 2 ** 31);
    const moments: string[] = [];
    const draws = randomUniform([seed, 0], { stream: 0, count: 8 });
    for (let i = 0; i < draws.length; i += 2) {
      const victim = draws[i]! < 0.5 ? "runner" : "worker";
      const seconds = 1 + 7 * draws[i + 1]!;
      moments.push(`${victim} after ${seconds.toFixed(2)} s`);
      await runAndKill(other, { victim, seconds });
    }
    const left = await runJson(["plan", "smoke"], other);
    const both = await Promise.all([runJson(smoke, other), runJson(smoke, other)]);
    assert.deepEqual(readReports(other), expected, `killed: ${moments.join(", ")}`);
    for (const { failed, impossible } of both) assert.equal(failed + impossible, 0);
    assert.equal(both[0].ran + both[1].ran, left.run, "each node ran once");

    // A byte of a stored training flipped, size and time kept; what was made from it is gone.
    const { stdout } = await run(["plan", "smoke", "--json"], other);
    const { nodes } = JSON.parse(stdout) as {
      nodes: { stage: string; key: string; cells: string[] }[];
    };
    const chain = nodes.filter(({ cells }) => cells.includes("smoke/fixmatch/smoke"));
    const train = chain.find(({ stage }) => stage === "train")!;
    for (const { stage, key } of chain) {
      if (stage === "calibrate" || stage === "evaluate") {
        await Deno.remove(join(other.store, "objects", key), { recursive: true });
      }
    }
    const output = join(other.store, "objects", train.key, "wasm", "out", "evaluations");
    const name = [...Deno.readDirSync(output)].map((entry) => entry.name).sort()[0]!;
    const file = join(output, name);
    const { mtime, atime } = Deno.statSync(file);
    const bytes = Deno.readFileSync(file);
    bytes[bytes.length >> 1]! ^= 1;
    Deno.writeFileSync(file, bytes);
    Deno.utimeSync(file, atime!, mtime!);
    const repaired = await run(smoke, other);
    assert.equal(repaired.code, 0, repaired.stderr);
    assert.ok(repaired.stderr.includes(name), repaired.stderr);
    assert.deepEqual(readReports(other), expected);
  });
});
