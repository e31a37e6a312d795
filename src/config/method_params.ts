import type { z } from "zod";
import type { Complaint } from "./complaint.ts";
import { validate } from "./issue_message.ts";
import { type Located, type LocatedMap, nodeAt, type Position, toPlain } from "./located.ts";
import type { Json } from "./method_string.ts";

export type MethodParams = Readonly<Record<string, Json>>;

/** Parameters of a method as a layer of values that know where they are written. */
export type Layer = LocatedMap["entries"];

/** The layer at a path of a sweep file; empty where nothing is there. */
export function fileLayer(tree: LocatedMap, path: readonly string[]): Layer {
  const node = nodeAt(tree, path);
  return node?.kind === "map" ? node.entries : new Map();
}

/**
 * The layer that a method string's parameters make.
 * @param shorthands names that spread a list over several parameters: `tau=2:4` over `tau_b` and `tau_e`
 * A shorthand that gets another number of values is a complaint.
 */
export function textLayer(
  params: MethodParams,
  { at, shorthands, complaints }: {
    readonly at: Position;
    readonly shorthands: Readonly<Record<string, readonly string[]>>;
    readonly complaints: Complaint[];
  },
): Layer {
  const layer = new Map<string, { keyAt: Position; node: Located }>();
  for (const [name, value] of Object.entries(params)) {
    const spread = shorthands[name];
    if (spread === undefined) {
      layer.set(name, { keyAt: at, node: located(value, at) });
      continue;
    }
    const values: readonly Json[] = Array.isArray(value) ? value : [value];
    if (values.length !== spread.length) {
      const names = spread.join(", ");
      const text = `"${name}" sets ${names}: expected ${spread.length} values joined by ":", ` +
        `found ${values.length}`;
      complaints.push({ at, text });
      continue;
    }
    spread.forEach((each, index) =>
      layer.set(each, { keyAt: at, node: located(values[index] ?? null, at) })
    );
  }
  return layer;
}

/**
 * A method's parameters: the layers over each other, checked and completed by its schema. Without a schema (a method
 * that this version does not have) they are returned as written.
 */
export function methodParams(
  layers: readonly Layer[],
  { schema, at }: { readonly schema: z.ZodType | undefined; readonly at: Position },
): MethodParams {
  const entries: Layer = new Map(layers.flatMap((layer) => [...layer]));
  const tree: LocatedMap = { kind: "map", at, entries };
  const plain = toPlain(tree) as MethodParams; // YAML holds nothing but JSON values
  return schema === undefined ? plain : validate(schema, tree, plain) as MethodParams;
}

function located(value: Json, at: Position): Located {
  if (Array.isArray(value)) {
    return {
      kind: "list",
      at,
      items: value.map((each) => located(each, at)),
    };
  }
  if (typeof value === "object" && value !== null) {
    throw new Error("internal: a method string holds a map");
  }
  return { kind: "scalar", at, value: value as string | number | boolean | null };
}
