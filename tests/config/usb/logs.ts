/** Logs in USB's format, written by us. */
import { formatNamespace } from "../../../src/config/usb/mod.ts";
import { capabilities } from "../../../src/sweep/capabilities.ts";
import { parseUsbLog, type UsbLogFile } from "../../../src/config/usb/mod.ts";
import { configText, runOf, values } from "./config_files.ts";

export { capabilities };

/** What a log is of. */
export interface LogOptions {
  readonly config?: Parameters<typeof configText>[0];
  /** Accuracy of each evaluation, in percent. */
  readonly accuracies?: readonly number[];
  /** Iterations between evaluations. */
  readonly every?: number;
  /** Lines of the result, as text; `null` for a log without them. */
  readonly result?: { readonly best_acc: string; readonly best_it: number } | null;
  readonly images?: readonly [unlabelled: number, labelled: number] | null;
  readonly withArguments?: boolean;
}

/** The text of a log: head, a line an evaluation, result. */
export function logText({
  config = values("fixmatch", "cpe"),
  accuracies = [30, 50, 84.79, 84.5],
  every = 65536,
  result,
  images = [7443, 3720],
  withArguments = true,
}: LogOptions = {}): string {
  const lines: string[] = ["Use GPU: 0 for training"];
  if (images) lines.push(`unlabeled data number: ${images[0]}, labeled data number ${images[1]}`);
  const args = { ...runOf(configText(config)).arguments, num_eval_iter: every };
  if (withArguments) lines.push(`Arguments: ${formatNamespace(args)}`);
  lines.push("Model training");
  let best = { value: 0, at: 1 };
  accuracies.forEach((percent, index) => {
    const at = (index + 1) * every;
    if (percent > best.value) best = { value: percent, at };
    lines.push(`${at - 256} iteration USE_EMA: True, train/sup_loss: 1.2870, lr: 0.0300 `);
    lines.push("validating...");
    lines.push("confusion matrix:\n[[0.9 0.1]\n [0.2 0.8]]");
    const top1 = (percent / 100).toFixed(4);
    const bestText = `BEST_EVAL_ACC: ${(best.value / 100).toFixed(4)}, at ${best.at} iters`;
    lines.push(
      `${at} iteration, USE_EMA: True, train/sup_loss: 0.0010, train/u_py1: [0.1 0.2], eval/loss: 0.7, eval/top-1-acc: ${top1}, eval/F1: 0.8, lr: 0.0300 ${bestText}`,
    );
  });
  const { best_acc, best_it } = result ??
    { best_acc: (best.value / 100).toFixed(4), best_it: best.at - 1 };
  if (result !== null) {
    lines.push(`Model result - eval/best_acc : ${best_acc}`);
    lines.push(`Model result - eval/best_it : ${best_it}`);
  }
  return lines.map((line, second) =>
    `[2023-08-10 06:39:${String(second % 60).padStart(2, "0")},042 INFO] ${line}\n`
  ).join("");
}

export const parsed = (options?: LogOptions): UsbLogFile =>
  parseUsbLog(logText(options), "run/log.txt");
