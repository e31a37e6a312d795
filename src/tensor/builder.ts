import { captureSite, setSite, type Site, siteOf } from "./call_sites.ts";
import { ConstantLists } from "./constant_lists.ts";
import { BINARY, broadcastShape, COMPARISON, inferOutputs } from "./kernels.ts";
import {
  type Attribute,
  type Constant,
  elementCount,
  type KernelCall,
  type Program,
  sameShape,
  sameSpec,
  specText,
  type TensorSpec,
} from "./program.ts";

/** What to call: attributes default to none. */
export interface CallOptions {
  attributes?: Readonly<Record<string, Attribute>>;
  site?: Site;
}

const BROADCASTS: ReadonlySet<string> = new Set([
  ...BINARY,
  ...COMPARISON,
  "LogicalAnd",
  "LogicalOr",
  "Select",
]);

/**
 * Builds a Program call by call. Repeated calls and constants are found at once, calls that change nothing are left out,
 * and operands that a kernel broadcasts anyway stay small; `finish` removes what no output needs.
 */
export class ProgramBuilder {
  readonly #values: TensorSpec[] = [];
  readonly #inputs: Record<string, number> = {};
  readonly #constants: Constant[] = [];
  readonly #calls: KernelCall[] = [];
  readonly #known = new Map<string, readonly number[]>();
  readonly #lists = new ConstantLists();
  readonly #producer = new Map<number, KernelCall>();
  readonly #splat = new Map<number, number>();
  readonly #site: Site | undefined;

  /** `site`: where calls are made that come without one of their own; default: each where it is added. */
  constructor({ site }: { readonly site?: Site | undefined } = {}) {
    this.#site = site;
  }

  spec(value: number): TensorSpec {
    const spec = this.#values[value];
    if (!spec) throw new Error(`internal: no value ${value}`);
    return spec;
  }

  input(name: string, spec: TensorSpec): number {
    if (name in this.#inputs) throw new RangeError(`Two inputs are named "${name}"`);
    const { shape, dtype, storage } = spec;
    return this.#inputs[name] = this.#add(
      storage ? { shape: [...shape], dtype, storage } : { shape: [...shape], dtype },
    );
  }

  /** A value known now. A plain array is kept as it is, not copied. */
  constant(spec: TensorSpec, data: readonly number[] | ArrayLike<number>): number {
    const first = data[0] ?? 0;
    let uniform = true;
    for (let i = 1; uniform && i < data.length; i++) uniform = Object.is(data[i], first);
    if (uniform) return this.splat(spec, first);
    const count = elementCount(spec.shape);
    if (data.length !== count) {
      throw new RangeError(`${specText(spec)} has not ${data.length} elements`);
    }
    return this.#lists.valueOf(spec, data, (values) => {
      const value = this.#add(spec);
      this.#constants.push({ value, data: values });
      return value;
    });
  }

  splat(spec: TensorSpec, element: number): number {
    const key = `${specText(spec)}=splat ${Object.is(element, -0) ? "-0" : element}`;
    return this.#remember(key, () => {
      const value = this.#add(spec);
      this.#constants.push({ value, splat: element });
      this.#splat.set(value, element);
      return [value];
    })[0] ?? 0;
  }

  /** Adds a call of one output; see `calls`. */
  call(kernel: string, inputs: readonly number[], options: CallOptions = {}): number {
    return this.calls(kernel, inputs, options)[0] ?? 0;
  }

  /** Adds a call and returns its outputs. Throws a RangeError that names the kernel where shapes or types do not fit. */
  calls(kernel: string, inputs: readonly number[], options: CallOptions = {}): readonly number[] {
    const attributes = options.attributes ?? {};
    const outputs = inferOutputs({ kernel, attributes }, inputs.map((input) => this.spec(input)));
    const output = outputs[0];
    if (!output) throw new Error(`internal: ${kernel} has no output`);
    const alias = this.#alias({ kernel, attributes }, inputs, output);
    if (alias !== undefined) return [alias];
    const operands = BROADCASTS.has(kernel) ? this.#shrink(inputs, output) : inputs;
    const key = `${kernel} ${operands.join()} ${JSON.stringify(attributes)}`;
    return this.#remember(key, () => {
      const call = {
        kernel,
        inputs: operands,
        attributes,
        outputs: outputs.map((spec) => this.#add(spec)),
      };
      setSite(call, options.site ?? this.#site ?? captureSite());
      for (const value of call.outputs) this.#producer.set(value, call);
      this.#calls.push(call);
      return call.outputs;
    });
  }

  /** The program of these outputs, without dead calls and values, its values numbered anew. */
  finish(outputs: Readonly<Record<string, number>>, state: readonly string[]): Program {
    const live = new Set<number>([...Object.values(this.#inputs), ...Object.values(outputs)]);
    const calls: KernelCall[] = [];
    for (const call of this.#calls.toReversed()) {
      if (!call.outputs.some((value) => live.has(value))) continue;
      for (const value of call.outputs) live.add(value);
      for (const value of call.inputs) live.add(value);
      calls.push(call);
    }
    return renumber({
      values: this.#values,
      inputs: this.#inputs,
      constants: this.#constants.filter((constant) => live.has(constant.value)),
      calls: calls.reverse(),
      outputs,
      state,
    });
  }

  #add(spec: TensorSpec): number {
    return this.#values.push(spec) - 1;
  }

  #remember(key: string, make: () => readonly number[]): readonly number[] {
    const known = this.#known.get(key);
    if (known) return known;
    const made = make();
    this.#known.set(key, made);
    return made;
  }

  /** The value that a call would only repeat, if there is one. */
  #alias(
    call: { kernel: string; attributes: Readonly<Record<string, Attribute>> },
    inputs: readonly number[],
    output: TensorSpec,
  ): number | undefined {
    const [x = 0, y = 0] = inputs;
    const { kernel, attributes } = call;
    const unchanged = inputs.length > 0 && sameSpec(this.spec(x), output);
    const element = inputs.length === 1 ? this.#splat.get(x) : undefined;
    switch (kernel) {
      case "Reshape": {
        if (unchanged) return x;
        if (element !== undefined) return this.splat(output, element);
        const before = this.#producer.get(x);
        if (before?.kernel !== "Reshape") return undefined;
        return this.call("Reshape", before.inputs, { attributes });
      }
      case "Tile":
      case "Transpose":
        if (element !== undefined) return this.splat(output, element);
        if (kernel === "Tile") return unchanged ? x : undefined;
        return (attributes.perm as readonly number[]).every((axis, i) => axis === i)
          ? x
          : undefined;
      case "Cast":
        if (unchanged) return x;
        return element === undefined ? undefined : this.splat(output, castElement(element, output));
      case "Slice":
      case "PadV2":
      case "MirrorPad":
        return unchanged ? x : undefined;
      case "Concat":
        return inputs.length === 1 ? x : undefined;
      case "Multiply":
        if (this.#splat.get(y) === 1 && unchanged) return x;
        return this.#splat.get(x) === 1 && sameSpec(this.spec(y), output) ? y : undefined;
      case "RealDiv":
        return this.#splat.get(y) === 1 && unchanged ? x : undefined;
      default:
        return undefined;
    }
  }

  /** Replaces splats and tiled operands by smaller ones where the result keeps its shape. */
  #shrink(inputs: readonly number[], output: TensorSpec): readonly number[] {
    const operands = [...inputs];
    for (const [index, value] of operands.entries()) {
      const small = this.#smaller(value);
      if (small === undefined) continue;
      const shapes = operands.map((operand, i) => this.spec(i === index ? small : operand).shape);
      if (sameShape(broadcastShape(...shapes), output.shape)) operands[index] = small;
    }
    return operands;
  }

  #smaller(value: number): number | undefined {
    const spec = this.spec(value);
    const element = this.#splat.get(value);
    if (element !== undefined) {
      return spec.shape.length ? this.splat({ ...spec, shape: [] }, element) : undefined;
    }
    const tile = this.#producer.get(value);
    const source = tile?.inputs[0];
    if (tile?.kernel !== "Tile" || source === undefined) return undefined;
    const reps = tile.attributes.reps as readonly number[];
    const sizes = this.spec(source).shape;
    return sizes.every((size, axis) => size === 1 || reps[axis] === 1) ? source : undefined;
  }
}

/** An element as a Cast makes it: truncated for int32, 0 or 1 for bool. */
export function castElement(element: number, to: TensorSpec): number {
  if (to.dtype === "int32") return Math.trunc(element) | 0;
  return to.dtype === "bool" ? Number(element !== 0) : Math.fround(element);
}

function renumber(program: Program): Program {
  const values: TensorSpec[] = [];
  const map = new Map<number, number>();
  const fresh = (old: number): number => {
    const known = map.get(old);
    if (known !== undefined) return known;
    const spec = program.values[old];
    if (!spec) throw new Error(`internal: no value ${old}`);
    map.set(old, values.length);
    return values.push(spec) - 1;
  };
  const named = (names: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(names).map(([name, value]) => [name, fresh(value)]));
  const inputs = named(program.inputs);
  const constants = program.constants.map((constant) => ({
    ...constant,
    value: fresh(constant.value),
  }));
  const calls = program.calls.map((call) => {
    const copy = { ...call, inputs: call.inputs.map(fresh), outputs: call.outputs.map(fresh) };
    const site = siteOf(call);
    if (site) setSite(copy, site);
    return copy;
  });
  return {
    values,
    inputs,
    constants,
    calls,
    outputs: named(program.outputs),
    state: program.state,
  };
}
