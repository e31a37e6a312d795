import { elementCount } from "../../program.ts";
import { ELEMENT_TYPES, elementsOf, type ElementType } from "./element_type.ts";
import { newTensor } from "./host_tensor.ts";
import { type Library, text } from "./library.ts";

/** An attribute of a node, tagged by its kind. */
export type NodeAttribute =
  | { readonly type: ElementType }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly flag: boolean }
  | { readonly text: string }
  | { readonly shape: readonly number[] };

/** One operation of a graph. */
export interface Node {
  readonly operation: Deno.PointerValue;
  /** TensorFlow's name of the operation. */
  readonly kind: string;
}

/** One output of an operation. */
export interface Edge {
  readonly node: Node;
  readonly index: number;
}

/** Constants up to this many elements are looked up before they are made. */
const SHARED_ELEMENTS = 64;

/** A TensorFlow graph under construction. Errors of TensorFlow are TensorflowErrors. */
export class Graph {
  /** Begins the names of the next nodes, so that errors at run time can be traced back. */
  scope = "";
  readonly #graph: Deno.PointerValue;
  readonly #constants = new Map<string, Edge>();
  #count = 0;

  constructor(readonly library: Library) {
    this.#graph = library.symbols.TF_NewGraph();
  }

  /** Adds an operation; the edge is its first output. Every attribute for a type must be given. */
  add(
    kind: string,
    inputs: readonly (Edge | readonly Edge[])[],
    attributes: Readonly<Record<string, NodeAttribute>> = {},
  ): Edge {
    const { symbols } = this.library;
    const description = this.#begin(kind);
    for (const input of inputs) {
      if ("node" in input) symbols.TF_AddInput(description, packed([input]));
      else symbols.TF_AddInputList(description, packed(input), input.length);
    }
    for (const [name, attribute] of Object.entries(attributes)) {
      this.#setAttribute(description, text(name), attribute);
    }
    return this.#finish(description, kind);
  }

  /** A constant. Small ones are made once. */
  constant(
    type: ElementType,
    data: ArrayLike<number>,
    shape: readonly number[] = [data.length],
  ): Edge {
    const key = data.length <= SHARED_ELEMENTS
      ? `${type}[${shape}]${Array.from(data, (element) => Object.is(element, -0) ? "-0" : element)}`
      : undefined;
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known) return known;
    const { library } = this;
    const description = this.#begin("Const");
    const tensor = newTensor(library, elementsOf(type, data), { type, shape });
    library.symbols.TF_SetAttrType(description, text("dtype"), ELEMENT_TYPES[type]);
    library.checked((status) =>
      library.symbols.TF_SetAttrTensor(description, text("value"), tensor, status)
    );
    library.symbols.TF_DeleteTensor(tensor);
    const made = this.#finish(description, "Const");
    if (key !== undefined) this.#constants.set(key, made);
    return made;
  }

  /** int32 values, as most operations take shapes and axes. */
  ints(values: readonly number[]): Edge {
    return this.constant("int32", values);
  }

  /** One element without axes. */
  scalar(type: ElementType, element: number): Edge {
    return this.constant(type, [element], []);
  }

  /** One element repeated: it takes memory only while it is needed. */
  splat(type: ElementType, element: number, shape: readonly number[]): Edge {
    if (elementCount(shape) === 1) return this.constant(type, [element], shape);
    return this.add("Fill", [this.ints(shape), this.scalar(type, element)], {
      T: { type },
      index_type: { type: "int32" },
    });
  }

  /** Makes the function of a name from the graph; the caller deletes it. */
  toFunction(
    name: string,
    { inputs, outputs }: { readonly inputs: readonly Edge[]; readonly outputs: readonly Edge[] },
  ): Deno.PointerValue {
    return this.library.checked((status) =>
      this.library.symbols.TF_GraphToFunction(
        ...[this.#graph, text(name), 0, -1, null] as const,
        ...[inputs.length, packed(inputs), outputs.length, packed(outputs)] as const,
        ...[null, null, null, status] as const,
      )
    );
  }

  delete(): void {
    this.library.symbols.TF_DeleteGraph(this.#graph);
  }

  #begin(kind: string): Deno.PointerValue {
    const name = `${this.scope}${kind}_${this.#count++}`;
    return this.library.symbols.TF_NewOperation(
      this.#graph,
      text(kind),
      new TextEncoder().encode(`${name}\0`),
    );
  }

  #finish(description: Deno.PointerValue, kind: string): Edge {
    const operation = this.library.checked((status) =>
      this.library.symbols.TF_FinishOperation(description, status)
    );
    return { node: { operation, kind }, index: 0 };
  }

  #setAttribute(
    description: Deno.PointerValue,
    name: Uint8Array<ArrayBuffer>,
    attribute: NodeAttribute,
  ): void {
    const { symbols } = this.library;
    if ("type" in attribute) {
      symbols.TF_SetAttrType(description, name, ELEMENT_TYPES[attribute.type]);
    } else if ("int" in attribute) {
      symbols.TF_SetAttrInt(description, name, BigInt(attribute.int));
    } else if ("float" in attribute) {
      symbols.TF_SetAttrFloat(description, name, attribute.float);
    } else if ("flag" in attribute) {
      symbols.TF_SetAttrBool(description, name, Number(attribute.flag));
    } else if ("text" in attribute) {
      const bytes = text(attribute.text);
      symbols.TF_SetAttrString(description, name, bytes, BigInt(bytes.length - 1));
    } else if ("ints" in attribute) {
      const values = BigInt64Array.from(attribute.ints, BigInt);
      symbols.TF_SetAttrIntList(description, name, values, values.length);
    } else {
      const dims = BigInt64Array.from(attribute.shape, BigInt);
      symbols.TF_SetAttrShape(description, name, dims, dims.length);
    }
  }
}

/** Another output of the same operation. */
export function outputOf({ node }: Edge, index: number): Edge {
  return { node, index };
}

/** Edges as an array of TF_Output: 16 bytes each, the operation's address and the index. */
function packed(edges: readonly Edge[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16 * edges.length);
  const view = new DataView(bytes.buffer);
  edges.forEach(({ node, index }, i) => {
    view.setBigUint64(16 * i, Deno.UnsafePointer.value(node.operation), true);
    view.setInt32(16 * i + 8, index, true);
  });
  return bytes;
}
