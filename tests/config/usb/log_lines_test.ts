import { deepEqual, equal, match } from "node:assert/strict";
import {
  formatNamespace,
  loggedScalars,
  logLine,
  LogLines,
  logStamp,
  parseUsbLog,
} from "../../../src/config/usb/mod.ts";
import { createMethod, methodParams } from "../../../src/methods/registry.ts";
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
  new LogLines({ logEvery: 4, evaluateEvery: 8, ema: 0.999, primary: "balanced", logged: null });

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
  const log = new LogLines({
    logEvery: 1,
    evaluateEvery: 2,
    ema: 0,
    primary: "base",
    logged: null,
  });
  const note = { step: 1, learning_rate: 0.03, total_loss: "NaN", a: "Infinity", b: "-Infinity" };
  equal(
    log.push(note)[0],
    "1 iteration USE_EMA: False, train/total_loss: nan, train/a: inf, train/b: -inf, lr: 0.0300, train/prefecth_time: 0.0000 ",
  );
  log.push({ step: 2, evaluation: { base: { top1: 1 } } });
  equal(log.results()[0], "Model result - eval/best_acc : 1.0");
});

/** What the sources' `train_step` logs, of scalars with values that tell them apart, and λ_u = 3. */
const logs: Readonly<Record<string, string>> = {
  supervised: "sup_loss: 1.0000",
  fixmatch: "sup_loss: 1.0000, unsup_loss: 2.0000, total_loss: 0.5000, util_ratio: 3.0000",
  "fixmatch+la+darp":
    "sup_loss: 1.0000, unsup_loss: 2.0000, total_loss: 0.5000, util_ratio: 3.0000",
  "fixmatch+cdmad+abc":
    "sup_loss: 1.0000, unsup_loss: 2.0000, total_loss: 7.0000, util_ratio: 3.0000, abc_loss: 9.0000",
  "fixmatch+daso":
    "sup_loss: 1.0000, unsup_loss: 2.0000, total_loss: 7.0000, util_ratio: 3.0000, assign_loss: 4.0000",
  "fixmatch+acr":
    "sup_loss: 1.0000, unsup_loss: 2.0000, total_loss: 0.5000, Lx_b: 4.0000, Lu_b: 5.0000, tau: 7.0000",
  "fixmatch+cpe": "sup_loss: 4.0000, unsup_loss: 5.0000, total_loss: 19.0000, util_ratio: 6.0000",
  "fixmatch+adello":
    "sup_loss: 1.0000, unsup_loss: 2.0000, total_loss: 0.5000, util_ratio: 3.0000, distill_loss: 4.0000",
};

for (const [id, expected] of Object.entries(logs)) {
  Deno.test(`LogLines has the values of the source's log: ${id}`, async () => {
    const method = await createMethod(id, {
      params: methodParams(id).parse({}),
      context: { classes: 3, labelledCounts: [3, 2, 1] },
    });
    const recorded = Object.fromEntries(method.scalars.map((name, i) => [name, i + 1]));
    const logged = loggedScalars(id, { lambda: 3 });
    const log = new LogLines({ logEvery: 1, evaluateEvery: 2, ema: 0, primary: "base", logged });
    const line = log.push({ step: 1, learning_rate: 0.03, total_loss: 0.5, ...recorded })[0]!;
    const values = line.slice(line.indexOf("train/"), line.indexOf(", lr:"));
    equal(values.replaceAll("train/", ""), expected);
  });
}

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
