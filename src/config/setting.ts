import { z } from "zod";
import { COUNT_SHAPES } from "../data/count_request.ts";

const head = z.int().min(1).describe("images of the most frequent class");
const ratio = z.number().min(1).describe("most frequent over rarest class (gamma)");

/** Which images carry labels: a long tail of `head` images and `ratio`, or a fraction of every class. */
const labelled = z.strictObject({
  head: head.optional(),
  ratio: ratio.optional(),
  fraction: z.number().positive().max(1).optional(),
});

/** Shapes of the unlabelled counts over the classes, most frequent labelled class first. */
export const shapes = [...COUNT_SHAPES, "all"] as const;

const unlabelled = z.strictObject({
  shape: z.enum(shapes).default("consistent"),
  head: head.optional(),
  ratio: ratio.optional(),
  gaussian: z.strictObject({
    spread: z.enum(["std", "variance"]).default("std").describe("what K/6 is"),
    inverse: z.enum(["complement", "swap-halves"]).default("complement"),
  }).optional().describe("for the Gaussian shapes"),
  with_labelled: z.literal(true).optional().describe(
    "the labelled images too, in front of these (include_lb_to_ulb of USB)",
  ),
});

const indexFiles = z.strictObject({
  labelled: z.string().min(1),
  unlabelled: z.string().min(1).optional(),
}).describe(
  "index files (.npy) of USB or CPE runs in place of drawing, relative to the data set's folder; {seed} is the split's seed",
);

const dataset = z.string().min(1).describe("a data set declared under datasets");

/** Whether a shape is an exponential long tail, which has a ratio. */
function isLongTail(shape: string): boolean {
  return shape === "consistent" || shape === "inverse" || shape.startsWith("chaotic");
}

/** One data setting: the columns of most tables. */
export const settingSchema = z.strictObject({
  dataset,
  labelled,
  unlabelled,
  index_files: indexFiles.optional(),
})
  .superRefine((setting, context) => {
    const complain = (path: string[], message: string) =>
      context.addIssue({ code: "custom", path, message });
    const { head, ratio, fraction } = setting.labelled;
    if ((head === undefined) === (fraction === undefined)) {
      complain(["labelled"], 'Expected either "head" and "ratio", or "fraction"');
    } else if ((head === undefined) !== (ratio === undefined)) {
      complain(["labelled"], '"head" and "ratio" go together: expected both');
    }
    const { shape } = setting.unlabelled;
    const longTail = isLongTail(shape);
    if (shape !== "all" && setting.unlabelled.head === undefined) {
      complain(["unlabelled"], `Missing key "head": shape "${shape}" needs it`);
    }
    if (longTail && setting.unlabelled.ratio === undefined) {
      complain(["unlabelled"], `Missing key "ratio": shape "${shape}" needs it`);
    }
    const keys: Readonly<Record<string, boolean>> = {
      head: shape !== "all",
      ratio: longTail,
      gaussian: shape.startsWith("gaussian"),
    };
    for (const [key, fits] of Object.entries(keys)) {
      const found = setting.unlabelled[key as keyof typeof setting.unlabelled];
      const harmless = key === "ratio" && shape === "uniform" && found === 1;
      if (found !== undefined && !fits && !harmless) {
        complain(["unlabelled", key], `"${key}" has no meaning for shape "${shape}": remove it`);
      }
    }
  });

export type Setting = Readonly<z.infer<typeof settingSchema>>;

/** What a profile changes about settings; shape and what belongs to it stay. */
export const settingLayer = z.strictObject({
  dataset: dataset.optional(),
  labelled: labelled.optional(),
  unlabelled: z.strictObject({ head: head.optional(), ratio: ratio.optional() }).optional(),
});

export type SettingLayer = Readonly<z.infer<typeof settingLayer>>;

/** A setting with every default written out, so that two that mean the same are the same. */
export function completeSetting(setting: Setting): Setting {
  const { unlabelled } = setting;
  if (unlabelled.shape === "uniform") {
    return { ...setting, unlabelled: { ...unlabelled, ratio: 1 } };
  }
  if (!unlabelled.shape.startsWith("gaussian") || unlabelled.gaussian !== undefined) return setting;
  const gaussian = { spread: "std", inverse: "complement" } as const;
  return { ...setting, unlabelled: { ...unlabelled, gaussian } };
}

/** A setting under a profile's layer: data set and sizes change, the shape stays. */
export function layerSetting(setting: Setting, layer: SettingLayer): Setting {
  const dataset = layer.dataset ?? setting.dataset;
  const labelled = layer.labelled ?? setting.labelled;
  const sizes = layer.unlabelled;
  if (sizes === undefined) return { dataset, labelled, unlabelled: setting.unlabelled };
  const shape = setting.unlabelled.shape === "all" ? "consistent" : setting.unlabelled.shape;
  const unlabelled = {
    ...setting.unlabelled,
    shape,
    ...(sizes.head === undefined ? {} : { head: sizes.head }),
    ...(sizes.ratio === undefined || !isLongTail(shape) ? {} : { ratio: sizes.ratio }),
  };
  return { dataset, labelled, unlabelled };
}
