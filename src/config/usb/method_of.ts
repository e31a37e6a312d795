import type { Capabilities } from "../capabilities.ts";
import type { Complaint } from "../complaint.ts";
import { parseMethod } from "../method_string.ts";
import { suggest } from "../suggest.ts";
import { commonKeys } from "./keys.ts";
import { baseKeys, otherAlgorithms, otherPlugIns, plugInKeys } from "./method_keys.ts";
import type { Placed, UsbConfig } from "./read_config.ts";
import { valueOf } from "./value_of.ts";

/** The same algorithm under another name: CPE's fork logs more, ADELLO's adds a term that its plug-in has here. */
const sameBase: Readonly<Record<string, string>> = {
  fixmatchdebug: "fixmatch",
  fixmatch_distill: "fixmatch",
};

/** The method of a config file. */
export interface UsbMethod extends Placed<string> {
  readonly base: string;
  readonly plugIns: readonly string[];
  /** Whether this version has it. */
  readonly there: boolean;
}

/** What algorithm and imbalance algorithm are called here. A name that nobody knows is a complaint. */
export function methodOf(config: UsbConfig, { capabilities, complaints }: {
  readonly capabilities: Capabilities;
  readonly complaints: Complaint[];
}): UsbMethod | undefined {
  const read = (name: "algorithm" | "imb_algorithm") =>
    valueOf(config, { name, key: commonKeys[name]!, complaints });
  const algorithm = read("algorithm");
  const imbalance = read("imb_algorithm");
  if (algorithm === undefined || imbalance === undefined) return undefined;
  const name = String(algorithm.value);
  const base = sameBase[name] ?? name;
  const known = [...Object.keys(baseKeys), ...Object.keys(sameBase), ...otherAlgorithms];
  if (!known.includes(base)) {
    const text = `Unknown algorithm "${name}"${suggest(name, known)}`;
    complaints.push({ at: algorithm.at, text });
  }
  const written = imbalance.value === null ? "" : String(imbalance.value).toLowerCase();
  const plugIns = plugInsOf(written);
  const ids = Object.keys(capabilities.methods);
  const ours = ids.flatMap((id) => id.split("+").slice(1));
  const knownPlugIns = [...new Set([...ours, ...Object.keys(plugInKeys), ...otherPlugIns])];
  for (const plugIn of plugIns) {
    if (knownPlugIns.includes(plugIn)) continue;
    const text = `Unknown imb_algorithm "${plugIn}"${suggest(plugIn, knownPlugIns.sort())}`;
    complaints.push({ at: imbalance.at, text });
  }
  if (complaints.length > 0) return undefined;
  const { id } = parseMethod([base, ...plugIns].join("+"));
  const there = Object.hasOwn(capabilities.methods, id);
  return { value: id, at: plugIns.length > 0 ? imbalance.at : algorithm.at, base, plugIns, there };
}

/** `la_darp` and `la+darp` are two plug-ins; `crest+` is one that is not `crest`. */
function plugInsOf(text: string): string[] {
  if (text === "") return [];
  const plain = text.replace(/crest\+(?=$|[+_,])/, "crestplus").replace(/^sc[-_]ssl$/, "scssl");
  return plain.split(/[+_,]/);
}
