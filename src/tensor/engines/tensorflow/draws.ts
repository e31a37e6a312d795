import { elementCount, type KernelCall, type Program } from "../../program.ts";
import { STREAM_DOMAIN } from "../../threefry.ts";
import type { Edge, Graph } from "./graph.ts";
import { threefry, type Words } from "./threefry.ts";

/** Draws up to this many elements are made together. */
const SMALL_ELEMENTS = 4096;

const INT32 = { type: "int32" } as const;
const UINT32 = { type: "uint32" } as const;

interface Draw {
  readonly call: KernelCall;
  readonly stream: number;
  readonly shape: readonly number[];
  readonly count: number;
  /** Its place among the draws under the same key. */
  readonly index: number;
}

/**
 * The random bits of a program. A step draws a dozen times under one key, mostly one number an image, and a draw takes 230
 * operations: so the keys of all streams are made at once, and so are all small draws.
 */
export class Draws {
  readonly #byKey = new Map<number, Draw[]>();
  readonly #made = new Map<KernelCall, Edge>();

  constructor(program: Program, private readonly graph: Graph) {
    for (const call of program.calls) {
      if (call.kernel !== "RandomBits" && call.kernel !== "RandomUniform") continue;
      const { shape, stream } = call.attributes as { shape: readonly number[]; stream: number };
      const key = call.inputs[0] ?? -1;
      const draws = this.#byKey.get(key) ?? [];
      this.#byKey.set(key, draws);
      draws.push({ call, shape, stream, count: elementCount(shape), index: draws.length });
    }
  }

  /** 32 bits an element as uint32, in the shape of a call that draws; `key` is the edge of its input, int32 [2]. */
  bits(call: KernelCall, key: Edge): Edge {
    if (!this.#made.has(call)) this.#make(this.#byKey.get(call.inputs[0] ?? -1) ?? [], key);
    const made = this.#made.get(call);
    if (!made) throw new Error("internal: a draw was not made");
    return made;
  }

  #make(draws: readonly Draw[], key: Edge): void {
    const keys = this.#streamKeys(key, draws);
    const small = draws.filter(({ count }) => count <= SMALL_ELEMENTS);
    if (small.length) this.#drawTogether(small, keys);
    for (const draw of draws) if (draw.count > SMALL_ELEMENTS) this.#drawAlone(draw, keys);
  }

  /** The keys of all streams, uint32 [draws] twice. */
  #streamKeys(key: Edge, draws: readonly Draw[]): Words {
    const { graph } = this;
    const words = graph.add("Bitcast", [key], { T: INT32, type: UINT32 });
    return threefry(graph, [this.#slice(words, 0, 1), this.#slice(words, 1, 1)], [
      graph.constant("uint32", draws.map(({ stream }) => stream)),
      graph.scalar("uint32", STREAM_DOMAIN),
    ]);
  }

  /** One draw for all, with a key of its own for each element; then cut apart. */
  #drawTogether(draws: readonly Draw[], keys: Words): void {
    const { graph } = this;
    const which = graph.ints(draws.flatMap(({ index, count }) => Array(count).fill(index)));
    const counters = draws.flatMap(({ count }) => Array.from({ length: count }, (_, i) => i));
    const pick = (word: Edge) =>
      graph.add("GatherV2", [word, which, graph.scalar("int32", 0)], {
        batch_dims: { int: 0 },
        Tparams: UINT32,
        Tindices: INT32,
        Taxis: INT32,
      });
    const own: Words = [pick(keys[0]), pick(keys[1])];
    const bits = this.#encrypt(own, graph.constant("uint32", counters));
    let start = 0;
    for (const draw of draws) {
      this.#place(draw, this.#slice(bits, start, draw.count));
      start += draw.count;
    }
  }

  #drawAlone(draw: Draw, keys: Words): void {
    const { graph } = this;
    const own: Words = [this.#slice(keys[0], draw.index, 1), this.#slice(keys[1], draw.index, 1)];
    const limits = [0, draw.count, 1].map((limit) => graph.scalar("int32", limit));
    const range = graph.add("Range", limits, { Tidx: INT32 });
    const counter = graph.add("Bitcast", [range], { T: INT32, type: UINT32 });
    this.#place(draw, this.#encrypt(own, counter));
  }

  #encrypt(key: Words, counter: Edge): Edge {
    return threefry(this.graph, key, [counter, this.graph.scalar("uint32", 0)])[0];
  }

  #place({ call, shape }: Draw, bits: Edge): void {
    const attributes = { T: UINT32, Tshape: INT32 };
    this.#made.set(call, this.graph.add("Reshape", [bits, this.graph.ints(shape)], attributes));
  }

  #slice(from: Edge, start: number, count: number): Edge {
    const { graph } = this;
    const limits = [graph.ints([start]), graph.ints([count])];
    return graph.add("Slice", [from, ...limits], { T: UINT32, Index: INT32 });
  }
}
