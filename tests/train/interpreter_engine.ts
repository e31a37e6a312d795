import type { DeviceTensor, Engine, Executable, HostArray } from "../../src/tensor/engine.ts";
import { interpret } from "../../src/tensor/interpreter.ts";
import { elementCount, type Program, type TensorSpec } from "../../src/tensor/program.ts";

class HostTensor implements DeviceTensor {
  readonly spec: TensorSpec;
  data: HostArray | undefined;

  constructor(spec: TensorSpec, data: HostArray) {
    this.spec = spec;
    this.data = data;
  }
}

/** An engine that interprets in float64 and keeps float32; counts handles, so that tests see leaks and double frees. */
export class InterpreterEngine implements Engine {
  readonly name = "interpreter";
  readonly family = "interpreter";
  readonly digest = "test";
  /** Tensors that are not freed. */
  alive = 0;
  /** Called before each run with the program's input names. */
  onRun: (inputs: Readonly<Record<string, DeviceTensor>>) => void = () => {};

  upload(spec: TensorSpec, data: HostArray): DeviceTensor {
    if (data.length !== elementCount(spec.shape)) {
      throw new RangeError(`${data.length} for [${spec.shape}]`);
    }
    this.alive += 1;
    return new HostTensor(spec, data.slice());
  }

  download(tensor: DeviceTensor): Promise<HostArray> {
    return Promise.resolve(valuesOf(tensor).slice());
  }

  free(tensor: DeviceTensor): void {
    valuesOf(tensor);
    (tensor as HostTensor).data = undefined;
    this.alive -= 1;
  }

  prepare(program: Program): Promise<Executable> {
    return Promise.resolve({
      program,
      run: (inputs) => {
        this.onRun(inputs);
        const names = Object.keys(program.inputs);
        const given = names.map((name) => [name, valuesOf(inputs[name]!)]);
        const outputs = interpret(program, Object.fromEntries(given));
        for (const name of program.state) this.free(inputs[name]!);
        const made = Object.entries(outputs).map(([name, values]) => {
          const spec = program.values[program.outputs[name]!]!;
          const data = spec.dtype === "float32"
            ? Float32Array.from(values)
            : Int32Array.from(values);
          return [name, this.upload(spec, data)];
        });
        return Promise.resolve(Object.fromEntries(made));
      },
      dispose: () => {},
    });
  }

  close(): void {}
}

function valuesOf(tensor: DeviceTensor): HostArray {
  const { data } = tensor as HostTensor;
  if (!data) throw new Error("the tensor is dead");
  return data;
}
