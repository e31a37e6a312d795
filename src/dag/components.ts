/** The components of a key, from a manifest or from a plan, and what differs between two. */
import type { GraphInput, GraphNode } from "./graph.ts";
import { canonicalJson, type Json, shortKey } from "./hash.ts";
import { keyedParams } from "./keyed_params.ts";
import type { Manifest, ManifestInput } from "./manifest.ts";
import type { ResolvedInputs } from "./resolve.ts";
import type { Stage } from "./stage.ts";

/** An input as a component: its digest, or (while unknown) the recipe of what makes it. */
export interface InputComponent {
  readonly from: string;
  readonly recipe?: string;
  readonly digest?: string;
  readonly absent?: string;
}

export interface Components {
  readonly version: number;
  readonly params: Json;
  readonly modules: Readonly<Record<string, string>>;
  readonly packages: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, readonly InputComponent[]>>;
}

/** One way in which keys can differ; `changes` is empty if they agree in it. */
interface Predicate {
  readonly name: string;
  changes(old: Components, now: Components): string[];
}

/** All of them: two keys of a stage are equal exactly if none of these finds a change. */
export const predicates: readonly Predicate[] = [
  {
    name: "version",
    changes: (old, now) =>
      old.version === now.version ? [] : [`stage version: ${old.version} -> ${now.version}`],
  },
  { name: "params", changes: (old, now) => changedValues("", old.params, now.params) },
  {
    name: "modules",
    changes: (old, now) => changedEntries("module", old.modules, now.modules),
  },
  {
    name: "packages",
    changes: (old, now) => changedEntries("npm package", old.packages, now.packages),
  },
  {
    name: "inputs",
    changes: (old, now) =>
      namesOf(old.inputs, now.inputs).flatMap((name) =>
        changedInput(name, old.inputs[name] ?? [], now.inputs[name] ?? [])
      ),
  },
];

/** Everything in which two sets of components differ, as lines for people. */
export function compareComponents(old: Components, now: Components): string[] {
  return predicates.flatMap((predicate) => predicate.changes(old, now));
}

/** Components of a stored result of `stage`. */
export function componentsOfManifest(
  { version, params, code, inputs }: Manifest,
  { unkeyed }: Stage,
): Components {
  return {
    version,
    params: keyedParams(params, unkeyed),
    modules: code.modules,
    packages: code.packages,
    inputs: knownInputs(inputs),
  };
}

/** Components of a planned node; `inputs` if they are known already. */
export function componentsOfNode(node: GraphNode, inputs: ResolvedInputs | undefined): Components {
  const { stage: { version, unkeyed }, params, code } = node;
  return {
    version,
    params: keyedParams(params, unkeyed),
    modules: code.modules,
    packages: code.packages,
    inputs: inputs ? knownInputs(inputs) : expectedInputs(node),
  };
}

function knownInputs(inputs: ResolvedInputs): Components["inputs"] {
  const one = (input: ManifestInput): InputComponent =>
    "absent" in input
      ? { from: "", absent: input.absent }
      : { from: input.stage, digest: input.digest, recipe: input.recipe };
  return Object.fromEntries(
    Object.entries(inputs).map((
      [name, input],
    ) => [name, Array.isArray(input) ? input.map(one) : [one(input as ManifestInput)]]),
  );
}

function expectedInputs(node: GraphNode): Components["inputs"] {
  const one = (input: GraphInput): InputComponent =>
    "absent" in input
      ? { from: "", absent: input.absent }
      : { from: input.node.stage.name, recipe: input.node.recipe };
  return Object.fromEntries(
    Object.entries(node.inputs).map((
      [name, input],
    ) => [name, Array.isArray(input) ? input.map(one) : [one(input as GraphInput)]]),
  );
}

function changedInput(
  name: string,
  old: readonly InputComponent[],
  now: readonly InputComponent[],
): string[] {
  const lines: string[] = [];
  if (old.length !== now.length) lines.push(`input ${name}: ${old.length} -> ${now.length} items`);
  const length = Math.min(old.length, now.length);
  const changed = Array.from({ length }, (_, i) => changedItem(old[i]!, now[i]!)).filter((line) =>
    line !== ""
  );
  const first = changed[0];
  if (first !== undefined) {
    const rest = changed.length > 1
      ? ` (and ${changed.length - 1} more of its ${now.length} items)`
      : "";
    lines.push(`input ${name}: ${first}${rest}`);
  }
  return lines;
}

function changedItem(old: InputComponent, now: InputComponent): string {
  if (old.absent !== now.absent) {
    return `${old.absent === undefined ? "there" : `absent (${old.absent})`} -> ${
      now.absent === undefined ? "there" : `absent (${now.absent})`
    }`;
  }
  if (now.digest === undefined) {
    return old.recipe === now.recipe ? "" : `is made anew by ${now.from}`;
  }
  if (old.digest === now.digest) return "";
  return `bytes from ${now.from}: ${shortKey(old.digest ?? "none")} -> ${shortKey(now.digest)}`;
}

function changedEntries(
  what: string,
  old: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): string[] {
  return namesOf(old, now).filter((name) => old[name] !== now[name]).map((name) =>
    `${what} ${name}: ${!(name in old) ? "added" : !(name in now) ? "no longer used" : "changed"}`
  );
}

function changedValues(path: string, old: Json | undefined, now: Json | undefined): string[] {
  if (canonicalJson(old) === canonicalJson(now)) return [];
  if (isRecord(old) && isRecord(now)) {
    return namesOf(old, now).flatMap((name) =>
      changedValues(path === "" ? name : `${path}.${name}`, old[name], now[name])
    );
  }
  const texts = [old, now].map((value) => value === undefined ? "absent" : JSON.stringify(value));
  if (isList(old) && isList(now) && texts.some((text) => text.length > longestValue)) {
    if (old.length !== now.length) {
      return [`parameter ${path}: ${old.length} -> ${now.length} items`];
    }
    const changes = now.map((item, i) => changedValues(`${path}.${i}`, old[i], item))
      .filter((lines) => lines.length > 0);
    const rest = changes.length > 1
      ? ` (and ${changes.length - 1} more of its ${now.length} items)`
      : "";
    return [`${changes[0]![0]!}${rest}`];
  }
  return [`parameter ${path}: ${texts.join(" -> ")}`];
}

/** Characters of a list that is shown whole. */
const longestValue = 80;

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function namesOf(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}
