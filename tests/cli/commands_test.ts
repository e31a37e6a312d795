import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { inWorkplace, runCommand } from "./command.ts";
import { tiny } from "./tiny_sweep.ts";

const targetFlags = ["--profile", "--only", "--engine", "--device", "--data", "--store", "--json"];
const runFlags = [
  ...targetFlags,
  "--jobs",
  "--threads",
  "--executor",
  "--reports",
  "--fail-fast",
  "--quiet",
  "--yes",
];

function without(flags: readonly string[], ...names: readonly string[]): readonly string[] {
  return flags.filter((flag) => !names.includes(flag));
}

/** Every command and the flags that its help must name: of the shared ones no others. */
const flags: Readonly<Record<string, readonly string[]>> = {
  reproduce: runFlags,
  sweep: runFlags,
  plan: targetFlags,
  status: targetFlags,
  explain: [...targetFlags, "--in"],
  graph: [...without(targetFlags, "--json"), "--format"],
  program: [...without(targetFlags, "--engine", "--device"), "--in", "--costs"],
  look: [...without(runFlags, "--device", "--executor", "--fail-fast", "--yes"), "--in"],
  gc: ["--data", "--store", "--json", "--yes", "--trainings"],
  train: [...without(runFlags, "--only"), "--c"],
  "import-usb": ["--output", "--force"],
  "import-log": [
    "--cell",
    "--seed",
    "--in",
    "--profile",
    "--incomplete",
    "--force",
    "--store",
    "--json",
  ],
  "data list": ["--data", "--json"],
  "data get": ["--data", "--yes"],
  "data check": ["--data"],
  "engine list": ["--check", "--json"],
  "engine install": ["--quiet"],
  "engine remove": [],
  doctor: ["--engine", "--device", "--store", "--data", "--json", "--check-store"],
  bench: ["--json", "--engine", "--device", "--threads"],
};

for (const [command, names] of Object.entries(flags)) {
  Deno.test(`deno task ${command} --help lists its flags`, async () => {
    await inWorkplace({}, async ({ folder }) => {
      const help = await runCommand([...command.split(" "), "--help"], { cwd: folder });
      deepEqual([help.code, help.stderr], [0, ""]);
      match(help.stdout, new RegExp(`^Usage: .*${command}`));
      for (const name of [...names, "--help"]) ok(help.stdout.includes(name), `no ${name}`);
      for (const name of without(runFlags, ...names)) {
        // One flag's text may name another.
        doesNotMatch(help.stdout, new RegExp(`^ +(-\\w, )?${name}\\b`, "m"));
      }
    });
  });
}

Deno.test("the help without a command lists the commands that exist", async () => {
  await inWorkplace({}, async ({ folder }) => {
    const { code, stdout } = await runCommand(["--help"], { cwd: folder });
    equal(code, 0);
    const listed = stdout.slice(stdout.indexOf("Commands:")).matchAll(/^ {2}([a-z-]+)/gm);
    const commands = [...new Set(Object.keys(flags).map((name) => name.split(" ")[0]!))];
    deepEqual([...listed].map(([, name]) => name).sort(), commands.sort());
  });
});

Deno.test("plan --json gives each node and counts that agree with them", async () => {
  await inWorkplace({}, async ({ folder, store }) => {
    const { code, stdout, stderr } = await runCommand(
      ["plan", "smoke", "--json", "--store", store],
      { cwd: folder },
    );
    deepEqual([code, stderr], [0, ""]);
    const { run, cached, impossible, nodes, ...more } = JSON.parse(stdout) as Plan;
    deepEqual(more, {});
    const inState = (state: string) => nodes.filter((node) => node.state === state).length;
    equal(cached, inState("cached"));
    equal(impossible, inState("impossible"));
    equal(run, nodes.length - cached - impossible);
    // 3 methods × 3 seeds; nothing is stored, so nothing is cached and only `prepare` can start.
    equal(nodes.filter(({ stage }) => stage === "train").length, 9);
    deepEqual([cached, impossible, inState("ready")], [0, 0, 1]);
    for (const node of nodes) {
      deepEqual(Object.keys(node), ["stage", "recipe", "key", "cells", "state", "reason"]);
      match(node.recipe, /^[0-9a-f]{64}$/);
      if (node.stage === "prepare") match(node.key!, /^[0-9a-f]{64}$/);
      else equal(node.key, null, "content is known before it was made");
      ok(node.reason !== "", `${node.stage} gives no reason`);
    }
    const train = nodes.find(({ stage }) => stage === "train")!;
    match(train.cells[0]!, /^smoke\/[a-z+]+\/smoke$/);
    equal(await exists(store), false, "plan made a store");
  });
});

interface Plan {
  readonly run: number;
  readonly cached: number;
  readonly impossible: number;
  readonly nodes: readonly {
    readonly stage: string;
    readonly recipe: string;
    readonly key: string | null;
    readonly cells: readonly string[];
    readonly state: string;
    readonly reason: string;
  }[];
}

Deno.test("plan lists what a table needs and this version lacks", async () => {
  const coarse = tiny.replace("strong: simple", "strong: simple, precision: bf16");
  await inWorkplace({ "coarse.yaml": coarse }, async ({ folder, store }) => {
    const file = await runCommand(["plan", "coarse.yaml", "--store", store], { cwd: folder });
    equal(file.code, 0, file.stderr);
    match(file.stdout, /^ +1 cell {2}not in this version\n\s+precision: bf16/m);
    match(file.stdout, /^1 to run, 0 cached, 1 impossible$/m);
    const json = await runCommand(["plan", "coarse.yaml", "--json", "--store", store], {
      cwd: folder,
    });
    const { impossible, nodes } = JSON.parse(json.stdout) as Plan;
    deepEqual(
      [impossible, nodes.filter(({ state }) => state === "impossible").map(({ cells }) => cells)],
      [1, [["tiny/supervised/tiny"]]],
    );
    const { code, stdout } = await runCommand(
      ["plan", "table1", "--profile", "mini", "--store", store],
      { cwd: folder },
    );
    equal(code, 0);
    match(stdout, /no-data: cifar-100 .*deno task data get cifar-100/);
    match(stdout, /^\d+ to run, 0 cached, [1-9]\d* impossible$/m);
  });
});

Deno.test("status --json counts runs by state", async () => {
  await inWorkplace({}, async ({ folder, store }) => {
    const { code, stdout, stderr } = await runCommand(
      ["status", "smoke", "--json", "--store", store],
      { cwd: folder },
    );
    deepEqual([code, stderr], [0, ""]);
    const { runs, ...counts } = JSON.parse(stdout);
    deepEqual(counts, { done: 0, running: 0, failed: 0, missing: 9, impossible: 0 });
    equal(runs.length, 9);
    deepEqual([runs[0].cell, runs[0].seed, runs[0].state], [
      "smoke/supervised/smoke",
      0,
      "missing",
    ]);
  });
});

Deno.test("status without a target covers every table", async () => {
  await inWorkplace({}, async ({ folder, store }) => {
    const { code, stdout } = await runCommand(["status", "--store", store], { cwd: folder });
    equal(code, 0);
    match(stdout, /^runs\s+done\s+missing/);
    for (const table of ["smoke", "table1", "table8"]) match(stdout, new RegExp(`^${table} `, "m"));
  });
});

Deno.test("graph --format gives a Mermaid flowchart or DOT", async () => {
  await inWorkplace({}, async ({ folder, store }) => {
    const graph = (format: string) =>
      runCommand(["graph", "smoke", "--format", format, "--store", store], { cwd: folder });
    const mermaid = await graph("mermaid");
    match(mermaid.stdout, /^flowchart LR\n(.*\n)*.*-->/);
    const dot = await graph("dot");
    match(dot.stdout, /^digraph \w* ?\{\n(.*\n)*.*->(.*\n)*\}\n$/);
    for (const stage of ["prepare", "split", "train", "calibrate", "evaluate", "tabulate"]) {
      ok(mermaid.stdout.includes(stage) && dot.stdout.includes(stage), stage);
    }
  });
});

Deno.test("data list --json says of every set whether it is there", async () => {
  await inWorkplace({ "data/cifar-10/cifar-10-binary.tar.gz.part": "abc" }, async ({ folder }) => {
    const { code, stdout, stderr } = await runCommand(
      ["data", "list", "--json", "--data", join(folder, "data")],
      { cwd: folder },
    );
    deepEqual([code, stderr], [0, ""]);
    const sets = JSON.parse(stdout) as { id: string; state: string; licence: string }[];
    const states = Object.fromEntries(sets.map(({ id, state }) => [id, state]));
    equal(states["synthetic"], "generated");
    equal(states["cifar-10"], "missing");
    equal(states["stl-10"], "missing");
    for (const { id, licence } of sets) ok(licence.length > 0, id);
  });
});

Deno.test("explain tells a cell's parameters and how they differ from the paper's", async () => {
  await inWorkplace({}, async ({ folder, store }) => {
    const { code, stdout, stderr } = await runCommand(
      ["explain", "smoke/fixmatch+scssl/smoke", "--store", store],
      { cwd: folder },
    );
    deepEqual([code, stderr], [0, ""]);
    match(stdout, /^smoke\/fixmatch\+scssl\/smoke\n {2}method {3}fixmatch\+scssl: /);
    match(stdout, /departs {2}steps \d+ instead of 262,144/);
    for (const seed of [0, 1, 2]) match(stdout, new RegExp(`^seed ${seed}$`, "m"));
    match(stdout, /train fixmatch\+scssl smoke seed 0: waiting\n {2}recipe {3}[0-9a-f]{12}/);
  });
});

Deno.test("program prints a cell's training step with its costs, and stores nothing", async () => {
  await inWorkplace({}, async ({ folder, store }) => {
    const args = ["program", "smoke/fixmatch+scssl/smoke", "--store", store];
    const text = await runCommand(args, { cwd: folder });
    deepEqual([text.code, text.stderr], [0, ""]);
    match(text.stdout, /^# smoke\/fixmatch\+scssl\/smoke seed 0: .* fixmatch\+scssl, wrn-10-1$/m);
    match(text.stdout, /= state "param\.conv1\.weight"$/m);
    match(
      text.stdout,
      / = Conv2D\(.*# src\/nets\/\w+\.ts:\d+:\d+; [\d.]+ [kMG]FLOP, [\d.]+ [kM]?B$/m,
    );
    match(text.stdout, /^output "scalars" = %\d+$/m);
    match(text.stdout, /^all +\d+ +[\d.]+ [MG]FLOP +[\d.]+ [MG]B$/m);
    const { kernels, program, data } = JSON.parse(
      (await runCommand([...args, "--json"], { cwd: folder })).stdout,
    );
    equal(data, "setting");
    const calls = kernels.reduce((sum: number, { calls }: { calls: number }) => sum + calls, 0);
    equal(calls, program.calls.length);
    equal(await exists(store), false, "program made a store");
  });
});

Deno.test("explain finds a node by the beginning of its recipe or key", async () => {
  await inWorkplace({}, async ({ folder, store }) => {
    const place = { cwd: folder };
    const { stdout } = await runCommand(["plan", "smoke", "--json", "--store", store], place);
    const prepare = (JSON.parse(stdout) as Plan).nodes.find(({ stage }) => stage === "prepare")!;
    for (const key of [prepare.recipe, prepare.key!]) {
      const explained = await runCommand(
        ["explain", key.slice(0, 12), "--in", "smoke", "--store", store],
        place,
      );
      equal(explained.code, 0, explained.stderr);
      match(explained.stdout, /^prepare synthetic: ready/);
    }
  });
});

Deno.test("sweep prints its table on stdout and everything else on stderr, without colour", async () => {
  await inWorkplace({ "tiny.yaml": tiny }, async ({ folder, store, reports }) => {
    const places = ["--store", store, "--reports", reports, "--jobs", "1"];
    const run = (...more: string[]) =>
      runCommand(["sweep", "tiny.yaml", ...places, ...more], { cwd: folder });
    const first = await run();
    equal(first.code, 0, first.stderr);
    match(first.stdout, /supervised\s+\d+\.\d\d \(1\/1\)/);
    match(first.stderr, /^ran 6, cached 0, failed 0, impossible 0 · .* · reports\/tiny\.md$/m);
    doesNotMatch(first.stdout, /ran \d/);
    // deno-lint-ignore no-control-regex
    doesNotMatch(first.stdout + first.stderr, /\x1b/);

    const again = await run("--json");
    equal(again.code, 0);
    const { wall_seconds: seconds, reports: files, ...summary } = JSON.parse(again.stdout);
    deepEqual(summary, {
      ran: 0,
      cached: 6,
      failed: 0,
      blocked: 0,
      impossible: 0,
      interrupted: false,
      failures: [],
    });
    ok(seconds >= 0);
    deepEqual(files, [join(reports, "tiny.md"), join(reports, "tiny.csv")]);

    const cell = await runCommand(
      ["explain", "tiny/supervised/tiny", "--in", "tiny.yaml", "--store", store],
      { cwd: folder },
    );
    match(cell.stdout, /number {3}\d+\.\d\d % of 4 test images \(best, step [12]; output \w+\)/);
    for (const line of ["result", "params", "log", "made", "machine"]) {
      match(cell.stdout, new RegExp(`^ {2}${line} `, "m"));
    }

    const status = await runCommand(["status", "tiny.yaml", "--store", store], { cwd: folder });
    match(status.stdout, /^tiny +1 +0$/m);
  });
});

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

Deno.test("plan says once which engine would help with a long run, and how to get it", async () => {
  const long = tiny.replace(/steps: \d+/, "steps: 9000000");
  await inWorkplace({ "long.yaml": long, "tiny.yaml": tiny }, async ({ folder, store }) => {
    const plan = (file: string) => runCommand(["plan", file, "--store", store], { cwd: folder });
    const { code, stdout } = await plan("long.yaml");
    equal(code, 0);
    doesNotMatch((await plan("tiny.yaml")).stdout, /engine/);
    if (Deno.build.os !== "linux") return;
    const text = stdout.replaceAll("\n", " ");
    match(text, /this takes roughly [\d:]+ of one worker's time on wasm; the engine tensorflow/);
    equal(text.match(/deno task engine install tensorflow/g)?.length, 1);
  });
});

Deno.test("plan says that the engine that was named is not installed", async () => {
  await inWorkplace({ "tiny.yaml": tiny }, async ({ folder, store }) => {
    const args = ["plan", "tiny.yaml", "--engine", "xla", "--store", store];
    const { code, stdout } = await runCommand(args, { cwd: folder });
    equal(code, 0);
    match(stdout, /the engine "xla" cannot be used: /);
  });
});

Deno.test("engine list --json says of every engine whether it is there and what installs it", async () => {
  await inWorkplace({}, async ({ folder }) => {
    const { code, stdout, stderr } = await runCommand(["engine", "list", "--json"], {
      cwd: folder,
    });
    deepEqual([code, stderr], [0, ""]);
    const all = JSON.parse(stdout) as { name: string; state: string; command: string | null }[];
    const names = ["wasm", "tensorflow", "xla", "cuda", "tfjs-node-gpu"];
    deepEqual(all.map(({ name }) => name), names);
    const npm = all.at(-1)!;
    equal(npm.state, "absent");
    match(
      npm.command!,
      /^npm install --prefix .*tfjs-node-gpu @tensorflow\/tfjs-node-gpu@4\.22\.0$/,
    );
    const engines = all.slice(0, -1);
    equal(engines[0]!.state, "ready");
    for (const { name, state, command } of engines.slice(1)) {
      if (state === "unsupported") continue;
      deepEqual([state, command], ["absent", `deno task engine install ${name}`]);
    }
    const text = await runCommand(["engine", "list"], { cwd: folder });
    match(text.stdout, /^wasm {2}ready\n {2}part of this program/);
  });
});

Deno.test("engine names a half-installed one in its list, and removes it", async () => {
  await inWorkplace({}, async ({ folder }) => {
    const engines = join(folder, "cache", "retable", "engines");
    await Deno.mkdir(join(engines, "xla-0.0.1"), { recursive: true });
    await Deno.mkdir(join(engines, "xla-0.0.0"));
    const engine = (...args: string[]) =>
      runCommand(["engine", ...args], {
        cwd: folder,
        env: { XDG_CACHE_HOME: join(folder, "cache") },
      });
    if (Deno.build.os !== "linux") return;
    const list = await engine("list", "--check");
    equal(list.code, 1);
    match(list.stdout, /^xla 0\.0\.1 {2}broken$/m);
    match(list.stdout.replace(/\s+/g, " "), /half-installed: .*xla-0\.0\.1\/manifest\.json/);
    match(list.stdout.replace(/\s+/g, " "), /xla-0\.0\.0 \(0 B\) is of another version/);
    const removed = await engine("remove", "xla");
    deepEqual([removed.code, removed.stdout.match(/deleted/g)?.length], [0, 2]);
    equal((await engine("remove", "xla")).stdout, "xla is not installed\n");
    deepEqual([...Deno.readDirSync(engines)], []);
  });
});
