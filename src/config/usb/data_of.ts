import type { Capabilities } from "../capabilities.ts";
import type { Complaint } from "../complaint.ts";
import type { Position } from "../located.ts";
import { suggest } from "../suggest.ts";
import { datasetFacts } from "../../data/datasets.ts";
import type { Setting } from "../setting.ts";
import type { Placed } from "./read_config.ts";

/** Keys that say which images are used, read and of the right types. */
export interface DataValues {
  readonly dataset: Placed<string>;
  readonly num_classes: Placed<number>;
  readonly img_size: Placed<number>;
  readonly num_labels: Placed<number>;
  readonly lb_imb_ratio: Placed<number>;
  readonly ulb_num_labels: Placed<number | null>;
  readonly ulb_imb_ratio: Placed<number>;
  readonly include_lb_to_ulb: Placed<boolean>;
}

/** A setting, and where its parts are written. */
export interface UsbData {
  readonly setting: Setting;
  readonly classes: number;
  readonly at: {
    readonly dataset: Position;
    readonly labelled: Position;
    readonly unlabelled: Position;
  };
}

const ids: Readonly<Record<string, string>> = {
  cifar10: "cifar-10",
  cifar100: "cifar-100",
  stl10: "stl-10",
};

/** Data sets of USB and its forks that this program has no reader for: their images can be brought as a folder. */
const others: readonly string[] = ["svhn", "eurosat", "tissuemnist", "semi_aves", "food101"];

const imagenetName = /^(small_)?imagenet127$/;

/** Training images of ImageNet-127, of which `num_labels` is a part. */
const imagenetImages = 1_281_167;

interface Options {
  readonly capabilities: Capabilities;
  /** Whether the method reads unlabelled images; if not, what is said of them counts for nothing. */
  readonly usesUnlabelled: boolean;
  /** What is wrong with the file. */
  readonly mistakes: Complaint[];
  /** What is right and not to be had here. */
  readonly refusals: Complaint[];
}

/** The setting of a config file; `undefined`, with a complaint, where there is none. */
export function dataOf(values: DataValues, options: Options): UsbData | undefined {
  const dataset = datasetOf(values, options);
  if (dataset === undefined) return undefined;
  const classes = values.num_classes.value;
  const labelled = dataset.startsWith("imagenet-127")
    ? imagenetPart(values, options)
    : labelledOf(values, options);
  const unlabelled = dataset.startsWith("imagenet-127")
    ? { shape: "all" as const }
    : unlabelledOf(values, { ...options, dataset });
  if (labelled === undefined || unlabelled === undefined) return undefined;
  return {
    setting: { dataset, labelled, unlabelled: { ...unlabelled, ...withLabelled(values, options) } },
    classes,
    at: {
      dataset: values.dataset.at,
      labelled: values.num_labels.at,
      unlabelled: values.ulb_num_labels.at,
    },
  };
}

/** Labelled images are put in front of the unlabelled ones; of ImageNet-127 they are there anyway. */
function withLabelled(
  { dataset, include_lb_to_ulb }: DataValues,
  { usesUnlabelled }: Options,
): { with_labelled?: true } {
  const asked = include_lb_to_ulb.value && usesUnlabelled && !imagenetName.test(dataset.value);
  return asked ? { with_labelled: true } : {};
}

function datasetOf(
  { dataset: { value: name, at }, img_size, num_classes }: DataValues,
  { capabilities, mistakes, refusals }: Options,
): string | undefined {
  const imagenet = imagenetName.test(name);
  const id = imagenet ? `imagenet-127-${img_size.value}` : ids[name] ?? name;
  // The made set is made as the file says: it has no size of its own.
  const facts = id === "synthetic" ? undefined : datasetFacts(id);
  if (!imagenet && facts === undefined && !capabilities.datasets(id)) {
    const known = [...Object.keys(ids), "imagenet127", ...others];
    const own = `images of your own: --data ${name}=<folder>`;
    if (others.includes(name)) {
      refusals.push({ at, text: `This version cannot read the data set "${name}"; ${own}` });
    } else {
      mistakes.push({ at, text: `Unknown data set "${name}"${suggest(name, known)} (${own})` });
    }
    return undefined;
  }
  if (facts !== undefined && num_classes.value !== facts.classes) {
    const text =
      `Expected ${facts.classes} for "num_classes" of ${name}, found ${num_classes.value}`;
    mistakes.push({ at: num_classes.at, text });
    return undefined;
  }
  if (facts !== undefined && img_size.value !== facts.size) {
    const text = `${name} is trained at ${facts.size} pixels here, not at ${img_size.value}`;
    refusals.push({ at: img_size.at, text });
    return undefined;
  }
  return id;
}

function labelledOf(
  { num_labels, lb_imb_ratio, num_classes }: DataValues,
  { mistakes, refusals }: Options,
): Setting["labelled"] | undefined {
  const ratio = lb_imb_ratio.value;
  if (ratio < 1) {
    const text =
      `"lb_imb_ratio" must be at least 1 here: class 0 has the most labels; found ${ratio}`;
    refusals.push({ at: lb_imb_ratio.at, text });
    return undefined;
  }
  const head = headOf({ name: "num_labels", number: num_labels, ratio, num_classes, mistakes });
  return head === undefined ? undefined : { head, ratio };
}

function unlabelledOf(values: DataValues, options: Options & { readonly dataset: string }) {
  const { ulb_num_labels, ulb_imb_ratio: { value: ratio, at }, num_classes } = values;
  const { usesUnlabelled, mistakes, refusals, dataset } = options;
  const all = { shape: "all" as const };
  if (ulb_num_labels.value === null) {
    // STL-10's unlabelled images are a set of their own.
    if (dataset === "stl-10" || !usesUnlabelled) return all;
    const text =
      `"ulb_num_labels: None" (all that are not labelled) is for stl10 and imagenet127 here`;
    refusals.push({ at: ulb_num_labels.at, text });
    return undefined;
  }
  if (Math.abs(ratio) < 1) {
    mistakes.push({ at, text: `Expected a ratio of at least 1, or of at most -1, found ${ratio}` });
    return undefined;
  }
  const number = { ...ulb_num_labels, value: ulb_num_labels.value };
  const head = headOf({ name: "ulb_num_labels", number, ratio, num_classes, mistakes });
  if (head === undefined) return undefined;
  if (ratio === 1) return { shape: "uniform" as const, head };
  return {
    shape: ratio < 0 ? "inverse" as const : "consistent" as const,
    head,
    ratio: Math.abs(ratio),
  };
}

/** With a ratio of 1 a number of labels is their sum over the classes, else that of the most frequent class. */
function headOf({ name, number, ratio, num_classes: { value: classes }, mistakes }: {
  readonly name: string;
  readonly number: Placed<number>;
  readonly ratio: number;
  readonly num_classes: Placed<number>;
  readonly mistakes: Complaint[];
}): number | undefined {
  const { value, at } = number;
  if (value < 1) {
    mistakes.push({ at, text: `Expected at least 1 for "${name}", found ${value}` });
    return undefined;
  }
  if (ratio !== 1) return value;
  if (value % classes === 0) return value / classes;
  mistakes.push({
    at,
    text:
      `"${name}" is a sum over ${classes} classes where the ratio is 1: ${value} is no multiple`,
  });
  return undefined;
}

/** USB's lists of ImageNet-127 hold a tenth or a hundredth of the images, whatever `num_labels` says. */
function imagenetPart(
  { num_labels: { value, at } }: DataValues,
  { refusals }: Options,
): Setting["labelled"] | undefined {
  const percent = Math.round(100 * value / imagenetImages);
  if (percent >= 1) return { fraction: percent / 100 };
  refusals.push({
    at,
    text: `Expected a hundredth of ImageNet-127's images or more, found ${value}`,
  });
  return undefined;
}
