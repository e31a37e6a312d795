import { broadcastShape } from "../../../kernels.ts";
import { elementCount, sameShape } from "../../../program.ts";
import { elementsText, elementText } from "./literal.ts";
import { type ElementType, listText, typeText, type Value } from "./types.ts";

/** What an operation gives. */
export interface Result {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** Writes the operations of a StableHLO function, in MLIR's generic form, and hands out values for their results. */
export class Emitter {
  #lines: string[] = [];
  #constants = new Map<string, Value>();
  #count = 0;

  /** A value that the caller defines, e.g. an argument. */
  fresh({ type, shape }: Result): Value {
    return { name: `%${this.#count++}`, type, shape };
  }

  /** One operation of one result. `attributes` are texts by name. `region` is written between the operands and the attributes. */
  op(
    name: string,
    operands: readonly Value[],
    options: Result & { attributes?: Readonly<Record<string, string>>; region?: string },
  ): Value {
    const result = this.fresh(options);
    const attributes = Object.entries(options.attributes ?? {})
      .map(([key, text]) => `${key} = ${text}`).join(", ");
    const region = options.region ? ` (${options.region})` : "";
    this.#lines.push(
      `${result.name} = "stablehlo.${name}"(${
        operands.map((operand) => operand.name).join(", ")
      })` +
        `${region}${attributes ? ` {${attributes}}` : ""} : (` +
        `${operands.map(({ type, shape }) => typeText(type, shape)).join(", ")}) -> ` +
        typeText(result.type, result.shape),
    );
    return result;
  }

  /** A constant that repeats one element. */
  splat(element: number, { type, shape }: Result): Value {
    const literal = elementText(element, type);
    const key = `${literal} ${typeText(type, shape)}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const text = `dense<${literal}> : ${typeText(type, shape)}`;
    const made = {
      ...this.op("constant", [], { type, shape, attributes: { value: text } }),
      splat: element,
    };
    this.#constants.set(key, made);
    return made;
  }

  /** A constant of given elements, row-major. */
  constant(data: readonly number[], { type, shape }: Result): Value {
    const flat = [elementCount(shape)];
    const text = `dense<${elementsText(data, type)}> : ${typeText(type, flat)}`;
    const value = this.op("constant", [], { type, shape: flat, attributes: { value: text } });
    return this.reshape(value, shape);
  }

  reshape(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    if (x.splat !== undefined) return this.splat(x.splat, { type: x.type, shape });
    return this.op("reshape", [x], { type: x.type, shape });
  }

  transpose(x: Value, perm: readonly number[]): Value {
    if (perm.every((axis, i) => axis === i)) return x;
    const shape = perm.map((axis) => x.shape[axis] ?? 0);
    return this.op("transpose", [x], {
      type: x.type,
      shape,
      attributes: { permutation: listText(perm) },
    });
  }

  /** Axis i of x becomes axis `axes[i]` of the result; the others, and those of size 1, repeat. */
  spread(x: Value, shape: readonly number[], axes: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    if (x.splat !== undefined) return this.splat(x.splat, { type: x.type, shape });
    return this.op("broadcast_in_dim", [x], {
      type: x.type,
      shape,
      attributes: { broadcast_dimensions: listText(axes) },
    });
  }

  /** x read with another shape by NumPy's rule. */
  broadcast(x: Value, shape: readonly number[]): Value {
    const missing = shape.length - x.shape.length;
    return this.spread(x, shape, x.shape.map((_, axis) => axis + missing));
  }

  /** An operation of operands of one shape, to which operands are broadcast. */
  elementwise(name: string, operands: readonly Value[], type?: ElementType): Value {
    const shape = broadcastShape(...operands.map((operand) => operand.shape));
    const spread = operands.map((operand) => this.broadcast(operand, shape));
    return this.op(name, spread, { type: type ?? operands[0]?.type ?? "f32", shape });
  }

  /** Like `x`, every element `element`. */
  like(x: Value, element: number): Value {
    return this.splat(element, x);
  }

  compare(direction: "EQ" | "NE" | "GE" | "GT" | "LE" | "LT", a: Value, b: Value): Value {
    return this.op("compare", [a, b], {
      type: "i1",
      shape: a.shape,
      attributes: { comparison_direction: `#stablehlo<comparison_direction ${direction}>` },
    });
  }

  select(test: Value, yes: Value, no: Value): Value {
    return this.op("select", [test, yes, no], { type: yes.type, shape: yes.shape });
  }

  convert(x: Value, type: ElementType): Value {
    return x.type === type ? x : this.op("convert", [x], { type, shape: x.shape });
  }

  /** Indices along an axis. */
  iota(axis: number, result: Result): Value {
    return this.op("iota", [], { ...result, attributes: { iota_dimension: `${axis} : i64` } });
  }

  slice(
    x: Value,
    part: { begin: readonly number[]; end: readonly number[]; strides?: readonly number[] },
  ): Value {
    const strides = part.strides ?? x.shape.map(() => 1);
    const shape = x.shape.map((_, axis) =>
      Math.max(
        0,
        Math.ceil(((part.end[axis] ?? 0) - (part.begin[axis] ?? 0)) / (strides[axis] ?? 1)),
      )
    );
    if (sameShape(shape, x.shape)) return x;
    return this.op("slice", [x], {
      type: x.type,
      shape,
      attributes: {
        start_indices: listText(part.begin),
        limit_indices: listText(part.end),
        strides: listText(strides),
      },
    });
  }

  /** `size` entries of the first axis from a place that is known when the program runs. */
  dynamicSlice(x: Value, part: { from: Value; size: number }): Value {
    const shape = x.shape.map((all, axis) => axis === 0 ? part.size : all);
    const start = x.shape.map((_, axis) => axis === 0 ? part.from : this.like(part.from, 0));
    return this.op("dynamic_slice", [x, ...start], {
      type: x.type,
      shape,
      attributes: { slice_sizes: listText(shape) },
    });
  }

  /** Pads with `element`; negative amounts cut. `interior` elements go between neighbours. */
  pad(
    x: Value,
    amounts: { low: readonly number[]; high: readonly number[]; interior?: readonly number[] },
    element = 0,
  ): Value {
    const interior = amounts.interior ?? x.shape.map(() => 0);
    const shape = x.shape.map((size, axis) =>
      (amounts.low[axis] ?? 0) + (amounts.high[axis] ?? 0) + size +
      Math.max(0, size - 1) * (interior[axis] ?? 0)
    );
    const still = [...amounts.low, ...amounts.high, ...interior].every((amount) => amount === 0);
    if (still) return x;
    return this.op("pad", [x, this.splat(element, { type: x.type, shape: [] })], {
      type: x.type,
      shape,
      attributes: {
        edge_padding_low: listText(amounts.low),
        edge_padding_high: listText(amounts.high),
        interior_padding: listText(interior),
      },
    });
  }

  concat(parts: readonly Value[], axis: number): Value {
    const [first] = parts;
    if (!first) throw new Error("internal: nothing to concatenate");
    if (parts.length === 1) return first;
    const total = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
    return this.op("concatenate", parts, {
      type: first.type,
      shape: first.shape.map((size, i) => i === axis ? total : size),
      attributes: { dimension: `${axis} : i64` },
    });
  }

  reverse(x: Value, axes: readonly number[]): Value {
    if (axes.length === 0) return x;
    return this.op("reverse", [x], { ...x, attributes: { dimensions: listText(axes) } });
  }

  /** A block of two scalars that joins them by an operation, for reductions. */
  joining(operation: string, type: ElementType): string {
    const scalar = typeText(type, []);
    const [a, b] = [this.fresh({ type, shape: [] }), this.fresh({ type, shape: [] })];
    const joined = this.fresh({ type, shape: [] });
    return `{\n^bb0(${a.name}: ${scalar}, ${b.name}: ${scalar}):\n` +
      `${joined.name} = "stablehlo.${operation}"(${a.name}, ${b.name}) : (${scalar}, ${scalar}) -> ${scalar}\n` +
      `"stablehlo.return"(${joined.name}) : (${scalar}) -> ()\n}`;
  }

  /** Joins elements along axes, which are dropped. */
  reduce(x: Value, axes: readonly number[], options: { join: string; start: number }): Value {
    if (axes.length === 0) return x;
    const start = this.splat(options.start, { type: x.type, shape: [] });
    return this.op("reduce", [x, start], {
      type: x.type,
      shape: x.shape.filter((_, axis) => !axes.includes(axis)),
      region: this.joining(options.join, x.type),
      attributes: { dimensions: listText(axes) },
    });
  }

  /** A block of its own: its values are not seen outside, nor those outside by it. */
  #block(state: readonly Value[], write: (own: readonly Value[]) => readonly Value[]): string {
    const outer = { lines: this.#lines, constants: this.#constants };
    this.#lines = [];
    this.#constants = new Map();
    const own = state.map((value) => this.fresh(value));
    const results = write(own);
    const body = this.text;
    this.#lines = outer.lines;
    this.#constants = outer.constants;
    const given = own.map(({ name, type, shape }) => `${name}: ${typeText(type, shape)}`);
    const types = results.map(({ type, shape }) => typeText(type, shape)).join(", ");
    return `{\n^bb0(${given.join(", ")}):\n${body}\n"stablehlo.return"(${
      results.map(({ name }) => name).join(", ")
    }) : (${types}) -> ()\n}`;
  }

  /** Applies `step` to `state` `count` times. What it reads must be in the state. */
  repeat(
    count: number,
    state: readonly Value[],
    step: (index: Value, state: readonly Value[]) => readonly Value[],
  ): Value[] {
    const index = { type: "i32", shape: [] } as const;
    const carried = [this.splat(0, index), ...state];
    const isOn = this.#block(carried, ([i]) => [this.compare("LT", i!, this.splat(count, index))]);
    const body = this.#block(carried, ([i, ...own]) => [
      this.elementwise("add", [i!, this.splat(1, index)]),
      ...step(i!, own),
    ]);
    const name = `%${this.#count++}`;
    const types = carried.map(({ type, shape }) => typeText(type, shape)).join(", ");
    this.#lines.push(
      `${name}:${carried.length} = "stablehlo.while"(${
        carried.map((value) => value.name).join(", ")
      }) (${isOn}, ${body}) : (${types}) -> (${types})`,
    );
    return state.map(({ type, shape }, i) => ({ name: `${name}#${i + 1}`, type, shape }));
  }

  /** The body so far. */
  get text(): string {
    return this.#lines.join("\n");
  }
}
