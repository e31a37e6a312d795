import type { Capabilities } from "../capabilities.ts";
import type { Complaint } from "../complaint.ts";
import { suggest } from "../suggest.ts";
import type { Placed } from "./read_config.ts";

/** Nets of USB and CPE that are known by name; `wrn_<depth>_<width>` is any of its kind. */
const known = ["wrn_28_2", "wrn_28_8", "wrn_28_2_cbn", "wrn_var_37_2", "resnet50", "resnet18"];

/**
 * The net of a config file as it is called here; `undefined`, with a complaint, for one that a run cannot even name. CPE's class-wise
 * BatchNorm (`_cbn`, in its logs `_res`) belongs to its method here.
 */
export function netOf({ value: name, at }: Placed<string>, options: {
  readonly capabilities: Capabilities;
  readonly plugIns: readonly string[];
  readonly mistakes: Complaint[];
  readonly refusals: Complaint[];
}): string | undefined {
  const { plugIns, capabilities, mistakes, refusals } = options;
  const [, depth, width, classwise] = /^wrn_(\d+)_(\d+)(_cbn|_res)?$/.exec(name) ?? [];
  if (depth !== undefined) {
    const id = `wrn-${depth}-${width}`;
    if (classwise !== undefined && !plugIns.includes("cpe")) {
      const text = `The net "${name}" (class-wise BatchNorm) is for imb_algorithm cpe only here`;
      refusals.push({ at, text });
      return undefined;
    }
    if (capabilities.nets(id)) return id;
    const text = `Expected a depth of 10, 16, 22, 28 … in the net "${name}", found ${depth}`;
    refusals.push({ at, text });
    return undefined;
  }
  // ImageNet's 7×7 stem: known by name, so that a table can say that it is not there.
  if (name === "resnet50") return "resnet-50";
  if (/^resnet_?50_small$/.test(name)) return "resnet-50-small";
  const text = `This version has no net "${name}"`;
  if (known.includes(name) || /^(resnet|vit|bert|hubert|wave2vec|wrn_var|densenet)/.test(name)) {
    refusals.push({ at, text: `${text}: expected wrn_<depth>_<width> or resnet50_small` });
  } else mistakes.push({ at, text: `${text}${suggest(name, known)}` });
  return undefined;
}
