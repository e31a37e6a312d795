import { deepEqual, equal, match } from "node:assert/strict";
import {
  formatNamespace,
  logLine,
  LogLines,
  logStamp,
  parseUsbLog,
} from "../../../src/config/usb/mod.ts";
import { parseNamespace } from "../../../src/config/usb/namespace.ts";

const evaluation = (top1: number) => ({
  base: { top1: 0.1 },
  balanced: {
    loss: 0.7045,
    top1,
    top5: 0.99,
    balanced: top1,
    precision: 0.85621,
    recall: top1,
    f1: 0.855,
    ece: 0.1,
  },
});

const scalars = {
  epoch: 0,
  learning_rate: 0.03,
  total_loss: 1.5,
  sup_loss: 1.25,
  unsup_loss: 0.25,
};

const lines = () =>
  new LogLines({ logEvery: 4, evaluateEvery: 8, ema: 0.999, primary: "balanced" });

const short =
  "train/sup_loss: 1.2500, train/unsup_loss: 0.2500, train/total_loss: 1.5000, lr: 0.0300, train/prefecth_time: 0.0000";

Deno.test("LogLines writes USB's lines: with a comma and the best accuracy at evaluations only", () => {
  const log = lines();
  deepEqual(log.push({ step: 5, ...scalars }), [`4 iteration USE_EMA: True, ${short} `]);
  deepEqual(log.push({ step: 8, ...scalars }), []);
  deepEqual(log.push({ step: 8, evaluation: evaluation(0.8553) }), [
    "validating...",
    "8 iteration, USE_EMA: True, train/sup_loss: 1.2500, train/unsup_loss: 0.2500, train/total_loss: 1.5000, " +
    "eval/loss: 0.7045, eval/top-1-acc: 0.8553, eval/top-5-acc: 0.9900, eval/balanced_acc: 0.8553, eval/precision: 0.8562, " +
    "eval/recall: 0.8553, eval/F1: 0.8550, lr: 0.0300, train/prefecth_time: 0.0000 BEST_EVAL_ACC: 0.8553, at 8 iters",
  ]);
  deepEqual(log.push({ step: 8, epoch: 1, method: { chosen: 3 } }), []);
  const worse = log.push({ step: 16, evaluation: evaluation(0.84) }).at(-1);
  match(
    worse!,
    /^16 iteration, .*eval\/top-1-acc: 0\.8400, .* BEST_EVAL_ACC: 0\.8553, at 8 iters$/,
  );
  deepEqual(log.results(), [
    "Model result - eval/best_acc : 0.8553",
    "Model result - eval/best_it : 7",
  ]);
});

Deno.test("LogLines gives lines between two notes the values of the earlier one", () => {
  const log = lines();
  log.push({ step: 3, ...scalars });
  const [line] = log.push({ step: 6, ...scalars, sup_loss: 9 });
  equal(line, `4 iteration USE_EMA: True, ${short} `);
});

Deno.test("LogLines gives lines before the first note the values of that note", () => {
  const log = lines();
  deepEqual(log.push({ step: 8, evaluation: evaluation(0.8553) }), []);
  const texts = log.push({ step: 10, ...scalars }).map((line) => line.slice(0, 45));
  deepEqual(texts, [
    "4 iteration USE_EMA: True, train/sup_loss: 1.",
    "validating...",
    "8 iteration, USE_EMA: True, train/sup_loss: 1",
  ]);
});

Deno.test("LogLines starts again where a run restarts", () => {
  const log = lines();
  log.push({ step: 8, ...scalars });
  log.push({ step: 8, evaluation: evaluation(0.9) });
  log.push({ step: 8, phase: 1, ...scalars });
  log.push({ step: 8, phase: 1, evaluation: evaluation(0.5) });
  equal(log.results()[0], "Model result - eval/best_acc : 0.5");
});

Deno.test("LogLines writes numbers as Python does", () => {
  const log = new LogLines({ logEvery: 1, evaluateEvery: 2, ema: 0, primary: "base" });
  const note = { step: 1, learning_rate: 0.03, total_loss: "NaN", a: "Infinity", b: "-Infinity" };
  equal(
    log.push(note)[0],
    "1 iteration USE_EMA: False, train/total_loss: nan, train/a: inf, train/b: -inf, lr: 0.0300, train/prefecth_time: 0.0000 ",
  );
  log.push({ step: 2, evaluation: { base: { top1: 1 } } });
  equal(log.results()[0], "Model result - eval/best_acc : 1.0");
});

Deno.test("logLine() has the prefix of USB's logger, which parseUsbLog() reads", () => {
  const stamp = logStamp(new Date(2023, 7, 10, 6, 39, 8, 42));
  equal(stamp, "2023-08-10 06:39:08,042");
  const log = lines();
  log.push({ step: 8, ...scalars });
  const messages = [...log.push({ step: 8, evaluation: evaluation(0.8553) }), ...log.results()];
  const text = messages.map((message) => `${logLine(message, stamp)}\n`).join("");
  const { evaluations, best } = parseUsbLog(text, "log.txt");
  deepEqual(evaluations, [[8, 0.8553]]);
  deepEqual([best?.iteration, best?.top1], [8, 0.8553]);
});

Deno.test("parseNamespace() reads what formatNamespace() writes", () => {
  const values = {
    T: 0.5,
    c: "config/it's a \\ file.yaml",
    gpu: null,
    resume: true,
    amp: false,
    seed: 0,
    small: 1e-7,
    empty: "",
    pair: "a, b=(c)",
  };
  deepEqual(parseNamespace(`Arguments: ${formatNamespace(values)}`), values);
  equal(formatNamespace({ a: null, b: "x" }), "Namespace(a=None, b='x')");
  equal(parseNamespace("Namespace(a=1, b="), undefined);
  equal(parseNamespace("nothing"), undefined);
});
