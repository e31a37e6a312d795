import { completeSetting, type Setting } from "../setting.ts";
import type { UsbRun } from "./map_run.ts";

const short: Readonly<Record<string, string>> = {
  "cifar-10": "c10",
  "cifar-100": "c100",
  "stl-10": "stl10",
  "imagenet-127-32": "in127-32",
  "imagenet-127-64": "in127-64",
};

/** Whether two settings are the same once every default is written out. */
export function sameSetting(a: Setting, b: Setting): boolean {
  return canonical(a) === canonical(b);
}

/** The id of a run's setting: that of a known one with the same images, else one made of its numbers as USB writes them. */
export function settingId(
  { data: { setting }, arguments: values }: UsbRun,
  known: Readonly<Record<string, Setting>>,
): string {
  const same = Object.keys(known).find((id) => sameSetting(known[id]!, setting));
  if (same !== undefined) return same;
  const { dataset, unlabelled } = setting;
  const name = short[dataset] ?? dataset.replace(/[^A-Za-z0-9._-]/g, "-");
  const part = (number: string, ratio: string) => `${values[number]}-${values[ratio]}`;
  const labelled = part("num_labels", "lb_imb_ratio");
  const others = unlabelled.shape === "all" ? "all" : part("ulb_num_labels", "ulb_imb_ratio");
  const both = unlabelled.with_labelled ? "-with-labelled" : "";
  return `${name}-lb${labelled}-ulb${others}${both}`.replace("--", "-minus-");
}

function canonical(setting: Setting): string {
  const { dataset, labelled, unlabelled, index_files } = completeSetting(setting);
  const sorted = (value: object) => Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return JSON.stringify([dataset, sorted(labelled), sorted(unlabelled), index_files ?? null]);
}
