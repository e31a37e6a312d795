import { equal, match, ok } from "node:assert/strict";
import { formatBytes, formatDuration } from "../../src/cli/duration.ts";
import { bar, describeProgress, ProgressView } from "../../src/cli/progress.ts";

/** A view with a clock that the test moves and a log of what was written. */
function makeView(options: { live: boolean; width?: number; quiet?: boolean; total?: number }) {
  const { live, width = 140, quiet = false, total = 3 } = options;
  let milliseconds = 0;
  const written: string[] = [];
  const view = new ProgressView(total, {
    now: () => milliseconds,
    live,
    quiet,
    width: () => width,
    height: () => 12,
    write: (text) => written.push(text),
  });
  const pass = (seconds: number) => milliseconds += seconds * 1000;
  return { view, written, pass };
}

/** What a terminal shows after the writes: only "some lines up, to their beginning" and "erase below" are understood. */
function screen(written: readonly string[]): string[] {
  let lines: string[] = [];
  for (const text of written) {
    if (text.startsWith("\x1b[")) {
      ok(text.endsWith("F\x1b[0J"), JSON.stringify(text));
      lines = lines.slice(0, lines.length - parseInt(text.slice(2)));
    } else lines.push(...text.replace(/\n$/, "").split("\n"));
  }
  return lines;
}

Deno.test("ProgressView writes a plain line every 30 seconds where there is no terminal", () => {
  const { view, written, pass } = makeView({ live: false });
  view.start("a", "train fixmatch");
  view.update("a", { done: 0, total: 600 });
  for (let second = 1; second <= 61; second++) {
    pass(1);
    view.update("a", { done: 2 * second, total: 600, loss: 1.25, accuracy: 31.2 });
    view.tick();
  }
  equal(written.length, 2);
  equal(
    written[0],
    "[0/3] train fixmatch: 60/600 steps · 2.0 steps/s · 4:30 left · loss 1.250 · acc 31.2 %\n",
  );
  ok(!written.join("").includes("\x1b"));
});

Deno.test("ProgressView is silent about a stage of another process until it reports here", () => {
  const { view, written, pass } = makeView({ live: false });
  view.start("a", "train fixmatch");
  view.wait("a");
  pass(90);
  view.tick();
  equal(written.length, 0);
  view.update("a", { done: 3, total: 6 });
  equal(written.splice(0).join(""), "[0/3] train fixmatch: 3/6 steps\n");
  view.wait("a");
  view.finish("a");
  view.start("b", "evaluate fixmatch");
  pass(30);
  view.tick();
  equal(written.join(""), "[1/3] evaluate fixmatch\n");
});

Deno.test("ProgressView says in the plain line how many stages are done", () => {
  const { view, written, pass } = makeView({ live: false });
  view.start("a", "prepare synthetic");
  view.finish("a");
  view.start("b", "train fixmatch");
  pass(30);
  view.tick();
  equal(written.join(""), "[1/3] train fixmatch\n");
});

Deno.test("ProgressView writes no plain line while nothing runs", () => {
  const { view, written, pass } = makeView({ live: false });
  pass(31);
  view.tick();
  equal(written.join(""), "");
});

Deno.test("ProgressView draws a bar for each running stage and takes it away", () => {
  const { view, written, pass } = makeView({ live: true });
  view.start("a", "train supervised smoke seed 0");
  view.start("b", "train fixmatch smoke seed 0");
  view.update("a", { done: 0, total: 100 });
  pass(10);
  view.update("a", { done: 50, total: 100, loss: 0.5, accuracy: 40 });
  const lines = screen(written);
  equal(lines.length, 3);
  match(
    lines[0]!,
    /^train supervised smoke seed 0 █{10}─{10} 50\/100 steps · 5\.0 steps\/s · 10 s left/,
  );
  match(lines[1]!, /^train fixmatch smoke seed 0\s+10 s$/);
  match(lines[2]!, /0 of 3 stages done/);
  view.finish("a");
  view.finish("b");
  view.close();
  equal(screen(written).join(""), "");
});

Deno.test("ProgressView takes the rate over the last half minute", () => {
  const { view, written, pass } = makeView({ live: true });
  view.start("a", "train");
  // Ten fast minutes, then a slow one.
  for (let second = 0; second < 660; second++) {
    view.update("a", { done: second < 600 ? 10 * second : 6000 + (second - 600), total: 10_000 });
    pass(1);
  }
  match(screen(written)[0]!, / 1\.0 steps\/s /);
});

for (const width of [40, 60, 80, 200]) {
  Deno.test(`ProgressView never draws wider than a terminal of ${width} columns`, () => {
    const { view, written, pass } = makeView({ live: true, width });
    const label = "train fixmatch+scssl@c=6,tau=2:4 c10-gaussian-inverse-1500 seed 0";
    view.start("a", label);
    view.start("b", "prepare synthetic");
    view.update("a", { done: 0, total: 262_144 });
    pass(5);
    view.update("a", { done: 12_345, total: 262_144, loss: 12.3456, accuracy: 100 });
    for (const line of screen(written)) ok(line.length < width, `${line.length}: ${line}`);
    const [first] = screen(written);
    // What matters most is there on any width: which training, and how far.
    match(first!, /^train.*seed 0/);
    match(screen(written).join("\n"), /─ 12345\/262144 steps/);
  });
}

Deno.test("ProgressView draws no more lines than the terminal has", () => {
  const { view, written } = makeView({ live: true, width: 80 });
  for (let worker = 0; worker < 16; worker++) {
    view.start(`${worker}`, `train fixmatch seed ${worker}`);
    view.update(`${worker}`, { done: 1, total: 1000, loss: 1, accuracy: 10 });
  }
  view.note("drawn now");
  const lines = screen(written).slice(1);
  ok(lines.length < 12, `${lines.length} lines`);
  match(lines.at(-1)!, /0 of 3 stages done, \d+ more running/);
});

Deno.test("ProgressView keeps a note above the bars", () => {
  const { view, written } = makeView({ live: true });
  view.start("a", "train");
  view.note("failed: something");
  const lines = screen(written);
  equal(lines[0], "failed: something");
  match(lines[1]!, /^train/);
});

Deno.test("ProgressView writes nothing when it is asked to be quiet", () => {
  const { view, written, pass } = makeView({ live: true, quiet: true });
  view.start("a", "train");
  pass(60);
  view.update("a", { done: 1, total: 2 });
  view.finish("a");
  view.close();
  equal(written.length, 0);
});

Deno.test("describeProgress() tells as much as is known", () => {
  equal(describeProgress({ done: 3, total: 9 }, undefined), "3/9 steps");
  equal(
    describeProgress({ done: 20, total: 170, unit: "MB" }, 25),
    "20/170 MB · 25 MB/s · 6.0 s left",
  );
  equal(describeProgress({ done: 0, total: 9, loss: 2 }, 0), "0/9 steps · loss 2.000");
});

Deno.test("bar() fills by eighths of a column and has its width always", () => {
  equal(bar(0, 4), "────");
  equal(bar(0.5, 4), "██──");
  equal(bar(0.53125, 4), "██▏─");
  equal(bar(1, 4), "████");
  equal(bar(2, 4), "████");
  equal(bar(-1, 4), "────");
  equal(bar(0.999, 4), "████");
  for (let part = 0; part <= 100; part++) equal([...bar(part / 100, 7)].length, 7);
});

Deno.test("formatDuration() is short at every length", () => {
  const texts: readonly [number, string][] = [
    [0, "0.0 s"],
    [2.345, "2.3 s"],
    [48.4, "48 s"],
    [59.6, "1:00"],
    [187, "3:07"],
    [8140, "2:15:40"],
    [360_000, "100:00:00"],
    [-3, "0.0 s"],
    [NaN, "?"],
    [Infinity, "?"],
  ];
  for (const [seconds, text] of texts) equal(formatDuration(seconds), text);
});

Deno.test("formatDuration() never says 10.0 s", () => {
  equal(formatDuration(9.97), "10 s");
});

Deno.test("formatBytes() counts in powers of 1000", () => {
  const texts: readonly [number, string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [3_440_000, "3.4 MB"],
    [170_498_071, "170 MB"],
    [999_600_000, "1.0 GB"],
    [5_000_000_000_000, "5.0 TB"],
    [5_000_000_000_000_000, "5000 TB"],
  ];
  for (const [bytes, text] of texts) equal(formatBytes(bytes), text);
});
