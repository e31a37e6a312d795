/** Nodes with their recipes, equal ones merged, in an order in which every node comes after its inputs. */
import type { CodeDigest, CodeReader } from "./code.ts";
import { type Json, type KeyInput, type KeyParts, recipeKey } from "./hash.ts";
import { keyedParams } from "./keyed_params.ts";
import type { AbsentRef, InputRef, NodeSpec } from "./node.ts";
import type { Stage } from "./stage.ts";

/** An input of a graph node. */
export type GraphInput =
  | { readonly node: GraphNode; readonly output: string; readonly ifCached?: string }
  | AbsentRef;

export interface GraphNode {
  readonly recipe: string;
  readonly stage: Stage;
  /** After defaults. */
  readonly params: Json;
  readonly code: CodeDigest;
  readonly inputs: Readonly<Record<string, GraphInput | readonly GraphInput[]>>;
  readonly label: string;
  readonly cells: readonly string[];
  readonly impossible?: string;
  /** Longest path from a node without inputs. */
  readonly depth: number;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly roots: readonly GraphNode[];
  /** Nodes that have to be there; the others are only looked up (see `InputRef.ifCached`). */
  readonly wanted: ReadonlySet<GraphNode>;
  readonly code: CodeReader;
  /** The node of a spec given to `buildGraph`, or one reachable from it. */
  find(spec: NodeSpec): GraphNode;
}

/** Parses parameters, computes recipes and merges. Throws `internal:` for specs that do not fit their stage. */
export function buildGraph(roots: readonly NodeSpec[], code: CodeReader): Graph {
  const bySpec = new Map<NodeSpec, GraphNode>();
  const byRecipe = new Map<string, GraphNode & { cells: string[] }>();
  const nodes: GraphNode[] = [];

  const add = (spec: NodeSpec): GraphNode => {
    const known = bySpec.get(spec);
    if (known) return known;
    const inputs = mapInputs(spec, add);
    const { params, digest } = parametersAndCode(spec, code);
    const parts = keyParts(spec.stage, { params, code: digest });
    const recipe = recipeKey(parts, recipeInputs(inputs));
    let node = byRecipe.get(recipe);
    if (node) {
      for (const cell of spec.cells) if (!node.cells.includes(cell)) node.cells.push(cell);
    } else {
      const { stage, label, impossible } = spec;
      const depth = 1 + Math.max(-1, ...dependencies(inputs).map((input) => input.depth));
      node = { recipe, stage, params, code: digest, inputs, label, cells: [...spec.cells], depth };
      if (impossible !== undefined) node = { ...node, impossible };
      byRecipe.set(recipe, node);
      nodes.push(node);
    }
    bySpec.set(spec, node);
    return node;
  };

  const tops = [...new Set(roots.map(add))];
  return {
    nodes,
    roots: tops,
    wanted: wantedFrom(tops),
    code,
    find(spec) {
      const node = bySpec.get(spec);
      if (!node) throw new Error(`internal: ${spec.label} is not part of this graph`);
      return node;
    },
  };
}

/** The nodes that `inputs` refers to, each once. */
export function dependencies(inputs: GraphNode["inputs"]): readonly GraphNode[] {
  const found = new Set<GraphNode>();
  for (const input of Object.values(inputs).flat() as GraphInput[]) {
    if ("node" in input) found.add(input.node);
  }
  return [...found];
}

/** A key's parts that do not depend on inputs. */
export function keyParts(stage: Stage, of: { params: Json; code: CodeDigest }): KeyParts {
  const params = keyedParams(of.params, stage.unkeyed);
  return { stage: stage.name, version: stage.version, params, code: of.code.digest };
}

function mapInputs(spec: NodeSpec, add: (spec: NodeSpec) => GraphNode): GraphNode["inputs"] {
  const { stage, label } = spec;
  const one = (ref: InputRef | AbsentRef): GraphInput => {
    if ("absent" in ref) return { absent: ref.absent };
    if (!ref.node.stage.outputs.includes(ref.output)) {
      throw new Error(
        `internal: ${label}: stage ${ref.node.stage.name} has no output ${ref.output}`,
      );
    }
    const input = { node: add(ref.node), output: ref.output };
    return ref.ifCached === undefined ? input : { ...input, ifCached: ref.ifCached };
  };
  const inputs: Record<string, GraphInput | readonly GraphInput[]> = {};
  for (const [name, ref] of Object.entries(spec.inputs)) {
    const kind = stage.inputs[name];
    if (kind === undefined || Array.isArray(ref) !== (kind === "list")) {
      throw new Error(`internal: ${label}: stage ${stage.name} takes no such input ${name}`);
    }
    inputs[name] = Array.isArray(ref) ? ref.map(one) : one(ref as InputRef);
  }
  for (const [name, kind] of Object.entries(stage.inputs)) {
    if (kind === "one" && !(name in inputs)) {
      throw new Error(`internal: ${label}: stage ${stage.name} needs the input ${name}`);
    }
  }
  return inputs;
}

function parametersAndCode(spec: NodeSpec, code: CodeReader): { params: Json; digest: CodeDigest } {
  const { stage } = spec;
  const parsed = stage.params.safeParse(spec.params);
  if (parsed.success) {
    const params = parsed.data as Json;
    try {
      return { params, digest: code.digest(stage, params) };
    } catch (error) {
      if (spec.impossible === undefined) throw error;
    }
  } else if (spec.impossible === undefined) {
    const issue = parsed.error.issues[0];
    throw new Error(
      `internal: ${spec.label}: parameter ${
        issue?.path.join(".")
      } of stage ${stage.name}: ${issue?.message}`,
    );
  }
  // What it selects does not exist yet: it only has to have a name.
  const bare = { ...stage, modules: () => [] };
  return { params: spec.params as Json, digest: code.digest(bare, null) };
}

function recipeInputs(inputs: GraphNode["inputs"]): Record<string, KeyInput | readonly KeyInput[]> {
  const one = (input: GraphInput): KeyInput =>
    "absent" in input ? input : { from: input.node.recipe, output: input.output };
  return Object.fromEntries(
    Object.entries(inputs).map((
      [name, input],
    ) => [name, Array.isArray(input) ? input.map(one) : one(input as GraphInput)]),
  );
}

function wantedFrom(roots: readonly GraphNode[]): Set<GraphNode> {
  const wanted = new Set<GraphNode>();
  const waiting = [...roots];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (wanted.has(node)) continue;
    wanted.add(node);
    for (const input of Object.values(node.inputs).flat() as GraphInput[]) {
      if ("node" in input && input.ifCached === undefined) waiting.push(input.node);
    }
  }
  return wanted;
}
