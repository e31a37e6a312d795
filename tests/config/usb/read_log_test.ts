import { deepEqual, equal, match } from "node:assert/strict";
import { checkLog, parseUsbLog } from "../../../src/config/usb/mod.ts";
import { userError } from "../sweep_files.ts";
import { parsed } from "./logs.ts";

Deno.test("parseUsbLog() reads arguments, evaluations, images and the result", () => {
  const log = parsed();
  equal(log.arguments?.values["imb_algorithm"], "cpe");
  equal(log.arguments?.values["resume"], true);
  equal(log.arguments?.values["ulb_num_labels"], 3000);
  equal(log.arguments?.at.line, 3);
  deepEqual(log.evaluations, [[65536, 0.3], [131072, 0.5], [196608, 0.8479], [262144, 0.845]]);
  deepEqual([log.best?.iteration, log.best?.top1], [196608, 0.8479]);
  deepEqual([log.images?.unlabelled, log.images?.labelled], [7443, 3720]);
  deepEqual([log.hasResult, log.iterations], [true, 262144]);
  match(log.from, /^2023-08-10 06:39:00/);
});

Deno.test("parseUsbLog() reads the lines of older versions, which print a dictionary", () => {
  const text =
    "[2022-10-01 09:12:25,102 INFO] 1024 iteration, USE_EMA: True, {'train/sup_loss': 1.2, 'eval/top-1-acc': 0.4512, 'lr': 0.03}, BEST_EVAL_ACC: 0.4512, at 1024 iters\n";
  const { evaluations, best, hasResult } = parseUsbLog(text, "log.txt");
  deepEqual(evaluations, [[1024, 0.4512]]);
  deepEqual([best?.iteration, best?.top1, hasResult], [1024, 0.4512, false]);
});

Deno.test("parseUsbLog() takes the last of CReST's generations", () => {
  const line = (generation: number, at: number, top1: string) =>
    `[2022-10-01 09:12:25,102 INFO] ${generation} generation ${at} iteration, USE_EMA: True, {'eval/top-1-acc': ${top1}}, BEST_EVAL_ACC: ${top1}, at ${at} iters\n`;
  const text = line(1, 1024, "0.9000") + line(2, 512, "0.6000") + line(2, 1024, "0.7000");
  deepEqual(parseUsbLog(text, "log.txt").evaluations, [[512, 0.6], [1024, 0.7]]);
});

Deno.test("parseUsbLog() counts an iteration once that a resumed run has twice", () => {
  const log = parsed();
  const twice = parseUsbLog(
    [1, 2].map(() =>
      "[2022-10-01 09:12:25,102 INFO] 1024 iteration, USE_EMA: True, eval/top-1-acc: 0.5 BEST_EVAL_ACC: 0.5, at 1024 iters"
    ).join("\n"),
    "log.txt",
  );
  equal(twice.evaluations.length, 1);
  equal(log.evaluations.length, 4);
});

Deno.test("parseUsbLog() throws a UserError for a text that is no log, and for an accuracy that is none", async () => {
  match(
    await userError(() => parseUsbLog("hello\n", "a.txt")),
    /^a\.txt:1:1 Expected a log of USB/,
  );
  match(
    await userError(() => parsed({ accuracies: [30, 184] })),
    /run\/log\.txt:\d+:1 Expected an accuracy between 0 and 1, found 1\.84/,
  );
});

const broken: Readonly<Record<string, readonly [Parameters<typeof parsed>[0], RegExp]>> = {
  "that ends too early": [
    { accuracies: [30, 50, 60] },
    /:\d+:1 The log is cut off: it reaches 196608 of 262144 iterations; --incomplete/,
  ],
  "without its result": [
    { result: null },
    /The log is cut off: it has no line "Model result"; --incomplete/,
  ],
  "whose result is higher than its evaluations": [
    { result: { best_acc: "0.9", best_it: 196607 } },
    /The best accuracy 0\.9 at iteration 196608 is not that of the evaluations above \(0\.8479\)/,
  ],
  "whose result is lower than its evaluations": [
    { result: { best_acc: "0.3", best_it: 65535 } },
    /The best accuracy 0\.3 at iteration 65536 is not/,
  ],
};

for (const [name, [options, message]] of Object.entries(broken)) {
  Deno.test(`checkLog() throws a UserError for a log ${name}`, async () => {
    match(await userError(() => checkLog(parsed(options), { incomplete: false })), message);
  });
}

Deno.test("checkLog() takes a log that is cut off where that is asked for", () => {
  const extent = checkLog(parsed({ accuracies: [30, 50], result: null }), { incomplete: true });
  deepEqual(extent, { reached: 131072, asked: 262144 });
});
