/** What a node's inputs amount to once those before it are settled: planning and running ask the same question. */
import { contentKey, type KeyInput } from "./hash.ts";
import { type GraphInput, type GraphNode, keyParts } from "./graph.ts";
import type { ManifestInput } from "./manifest.ts";
import type { StoredObject } from "./store.ts";

/** How a node ended, as far as those after it care. */
export type Settled =
  | { readonly kind: "done"; readonly object: StoredObject }
  | { readonly kind: "impossible" | "failed" | "blocked" | "unwanted"; readonly reason: string };

/** What can be said about a node from its inputs. */
export type Resolution =
  | { readonly kind: "known"; readonly key: string; readonly inputs: ResolvedInputs }
  | { readonly kind: "pending"; readonly on: readonly GraphNode[] }
  | { readonly kind: "impossible" | "blocked"; readonly reason: string };

export type ResolvedInputs = Readonly<Record<string, ManifestInput | readonly ManifestInput[]>>;

/** Resolves a node; `settled` answers undefined for nodes that are not settled. */
export function resolveNode(
  node: GraphNode,
  settled: (node: GraphNode) => Settled | undefined,
): Resolution {
  const pending: GraphNode[] = [];
  let stop: Resolution | undefined;
  const one = (input: GraphInput, list: boolean): ManifestInput => {
    if ("absent" in input) return input;
    const state = settled(input.node);
    if (state === undefined) {
      pending.push(input.node);
      return { absent: "pending" };
    }
    if (state.kind === "done") return manifestInput(input, state.object);
    const reason = state.kind === "unwanted" ? input.ifCached ?? state.reason : state.reason;
    if (!list) {
      const kind = state.kind === "impossible" ? "impossible" : "blocked";
      if (stop?.kind !== "impossible") stop = { kind, reason };
    }
    return { absent: reason };
  };
  const inputs = Object.fromEntries(
    Object.entries(node.inputs).map(([name, input]) => [
      name,
      Array.isArray(input) ? input.map((item) => one(item, true)) : one(input as GraphInput, false),
    ]),
  );
  if (stop) return stop;
  if (pending.length > 0) return { kind: "pending", on: pending };
  return { kind: "known", key: contentKey(keyParts(node.stage, node), keyInputs(inputs)), inputs };
}

function manifestInput(
  input: { readonly node: GraphNode; readonly output: string },
  { manifest }: StoredObject,
): ManifestInput {
  const { stage, recipe, key, family } = manifest;
  const tree = manifest.outputs[input.output];
  if (!tree) {
    throw new Error(`internal: ${manifest.label} was stored without output ${input.output}`);
  }
  return { stage, output: input.output, recipe, key, family, digest: tree.digest };
}

function keyInputs(inputs: ResolvedInputs): Record<string, KeyInput | readonly KeyInput[]> {
  const one = (input: ManifestInput): KeyInput =>
    "absent" in input ? { absent: input.absent } : { from: input.digest };
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      Array.isArray(input) ? input.map(one) : one(input as ManifestInput),
    ]),
  );
}
