import * as tf from "@tensorflow/tfjs";
import { callerLine, captureSite } from "../call_sites.ts";
import { BINARY, COMPARISON, LOGICAL, PREDICATE, REDUCTION, UNARY } from "../kernels.ts";
import type { Attribute, DType } from "../program.ts";
import { recorderBackend, refuse } from "./backend.ts";
import { convolutionKernels } from "./convolution.ts";
import { movementKernels } from "./movement.ts";
import { input, plain, type Recorded, type Rule } from "./recorded.ts";

function unary(kernel: string, names: readonly string[] = []): Rule {
  return (call) => {
    const x = plain(call, "x" in call.inputs ? "x" : "logits");
    const attributes = Object.fromEntries(
      names.map((name) => [name, call.attributes[name] as Attribute]),
    );
    return call.builder.call(kernel, [x], { attributes });
  };
}

function binary(kernel: string): Rule {
  return (call) => call.builder.call(kernel, [plain(call, "a"), plain(call, "b")]);
}

function axesOf(call: Recorded, rank: number): number[] {
  // Max calls its axes reductionIndices, all others axis.
  const axis = (call.attributes.axis ?? call.attributes.reductionIndices) as
    | number
    | number[]
    | undefined;
  const axes = tf.util.parseAxisParam(
    axis ?? Array.from({ length: rank }, (_, i) => i),
    Array(rank).fill(1),
  );
  return axes.sort((a, b) => a - b);
}

function reduction(kernel: string): Rule {
  return (call) => {
    let x = plain(call, "x");
    const { shape, dtype } = call.builder.spec(x);
    const axes = axesOf(call, shape.length);
    const wanted: DType | undefined = kernel === "Mean" && dtype !== "float32"
      ? "float32"
      : dtype === "bool" && (kernel === "Sum" || kernel === "Prod")
      ? "int32"
      : undefined;
    if (wanted) x = call.builder.call("Cast", [x], { attributes: { dtype: wanted } });
    const kept = shape.map((size, axis) => axes.includes(axis) ? 1 : size);
    const value = axes.length ? call.builder.call(kernel, [x], { attributes: { axes } }) : x;
    return call.attributes.keepDims
      ? call.builder.call("Reshape", [value], { attributes: { shape: kept } })
      : value;
  };
}

function arg(kernel: string): Rule {
  return (call) => {
    const x = plain(call, "x");
    const axis = axesOf(call, call.builder.spec(x).shape.length)[0] ?? 0;
    return call.builder.call(kernel, [x], { attributes: { axis } });
  };
}

function filled(element: number): Rule {
  return (call) => {
    const { shape, dtype } = call.builder.spec(input(call, "x"));
    return call.builder.splat({ shape, dtype }, element);
  };
}

const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  LeakyRelu: ["alpha"],
  Step: ["alpha"],
};

const table: Record<string, Rule> = {
  ...Object.fromEntries(UNARY.map((name) => [name, unary(name, ATTRIBUTES[name])])),
  ...Object.fromEntries(PREDICATE.map((name) => [name, unary(name)])),
  ...Object.fromEntries([...BINARY, ...COMPARISON, ...LOGICAL].map((name) => [name, binary(name)])),
  ...Object.fromEntries(REDUCTION.map((name) => [name, reduction(name)])),
  ...movementKernels,
  ...convolutionKernels,
  LogicalNot: unary("LogicalNot"),
  ArgMax: arg("ArgMax"),
  ArgMin: arg("ArgMin"),
  ClipByValue: (call) =>
    call.builder.call("ClipByValue", [plain(call, "x")], {
      attributes: {
        min: call.attributes.clipValueMin as number,
        max: call.attributes.clipValueMax as number,
      },
    }),
  Relu6: (call) =>
    call.builder.call("ClipByValue", [plain(call, "x")], { attributes: { min: 0, max: 6 } }),
  // tfjs's own registration for this one shares the data; a value may as well have two tensors.
  Identity: (call) => input(call, "x"),
  Softmax: (call) => call.builder.call("Softmax", [plain(call, "logits")]),
  AddN: (call) => call.list.reduce((sum, value) => call.builder.call("Add", [sum, value])),
  ZerosLike: filled(0),
  OnesLike: filled(1),
  Fill: (call) => {
    const { shape, value, dtype } = call.attributes as {
      shape: number[];
      value: number;
      dtype?: DType;
    };
    return call.builder.splat({ shape, dtype: dtype ?? "float32" }, value);
  },
  Range: (call) => {
    const { start, stop, step, dtype } = call.attributes as Record<string, number> & {
      dtype?: DType;
    };
    const count = Math.max(0, Math.ceil(((stop ?? 0) - (start ?? 0)) / (step ?? 1)));
    const data = Array.from({ length: count }, (_, i) => (start ?? 0) + i * (step ?? 1));
    return call.builder.constant({ shape: [count], dtype: dtype ?? "float32" }, data);
  },
  LinSpace: (call) => {
    const { start = 0, stop = 0, num = 0 } = call.attributes as Record<string, number>;
    const data = Array.from(
      { length: num },
      (_, i) => Math.fround(start + i * (stop - start) / (num - 1 || 1)),
    );
    return call.builder.constant({ shape: [num], dtype: "float32" }, data);
  },
  Cast: (call) => {
    const dtype = call.attributes.dtype as DType;
    return call.builder.call("Cast", [input(call, "x")], { attributes: { dtype } });
  },
  Select: (call) => {
    const [yes, no] = [plain(call, "t"), plain(call, "e")];
    if (call.builder.spec(yes).dtype !== call.builder.spec(no).dtype) {
      refuse("tf.where needs two branches of one type");
    }
    return call.builder.call("Select", [plain(call, "condition"), yes, no]);
  },
  // scale · (x − mean) / √(variance + ε) + offset
  FusedBatchNorm: (call) => {
    const { builder } = call;
    const vector = builder.spec(input(call, "mean"));
    const epsilon = builder.splat(
      { ...vector, shape: [] },
      call.attributes.varianceEpsilon as number,
    );
    let factor = builder.call("Rsqrt", [builder.call("Add", [input(call, "variance"), epsilon])]);
    if (call.inputs.scale !== undefined) {
      factor = builder.call("Multiply", [factor, call.inputs.scale]);
    }
    let shift = builder.call("Neg", [builder.call("Multiply", [input(call, "mean"), factor])]);
    if (call.inputs.offset !== undefined) shift = builder.call("Add", [call.inputs.offset, shift]);
    return builder.call("Add", [builder.call("Multiply", [input(call, "x"), factor]), shift]);
  },
};

function tensorsOf(inputs: tf.NamedTensorInfoMap): [Record<string, number>, number[]] {
  const named: Record<string, number> = {};
  for (const [name, tensor] of Object.entries(inputs)) {
    if (tensor) named[name] = recorderBackend.idOf(tensor.dataId);
  }
  return [named, Object.values(named)];
}

/** Registers a kernel of the recorder with tfjs. */
export function registerRecorded(kernelName: string, record: Rule): void {
  tf.registerKernel({
    kernelName,
    backendName: "recorder",
    kernelFunc: ({ inputs, attrs }) => {
      const builder = recorderBackend.current();
      const [named, list] = tensorsOf(inputs);
      try {
        const made = record({ builder, inputs: named, list, attributes: { ...attrs } });
        return typeof made === "number"
          ? recorderBackend.info(made)
          : made.map((value) => recorderBackend.info(value));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new RangeError(`${callerLine(captureSite())}: ${error.message}`);
      }
    },
  });
}

for (const { kernelName } of tf.getKernelsForBackend("cpu")) {
  registerRecorded(
    kernelName,
    table[kernelName] ?? (() => refuse(`the kernel ${kernelName} cannot be recorded`)),
  );
}
