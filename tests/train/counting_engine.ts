import type { DeviceTensor, Engine, Executable, HostArray } from "../../src/tensor/engine.ts";
import type { Program, TensorSpec } from "../../src/tensor/program.ts";
import { createWasmEngine } from "../../src/tensor/engines/wasm/mod.ts";

/** An engine that counts handles, so that tests see leaks. */
export class CountingEngine implements Engine {
  readonly name = "counting";
  readonly family: string;
  readonly digest = "test";
  /** Tensors that are not freed. */
  alive = 0;
  /** Called before each run with the program's inputs. */
  onRun: (inputs: Readonly<Record<string, DeviceTensor>>) => void = () => {};
  readonly #engine: Engine;

  private constructor(engine: Engine) {
    this.#engine = engine;
    this.family = engine.family;
  }

  static async open(
    open: () => Promise<Engine> = () => createWasmEngine(),
  ): Promise<CountingEngine> {
    return new CountingEngine(await open());
  }

  upload(spec: TensorSpec, data: HostArray): DeviceTensor {
    this.alive += 1;
    return this.#engine.upload(spec, data);
  }

  download(tensor: DeviceTensor): Promise<HostArray> {
    return this.#engine.download(tensor);
  }

  free(tensor: DeviceTensor): void {
    this.alive -= 1;
    this.#engine.free(tensor);
  }

  async prepare(program: Program): Promise<Executable> {
    const executable = await this.#engine.prepare(program);
    return {
      program,
      run: async (inputs) => {
        this.onRun(inputs);
        const outputs = await executable.run(inputs);
        this.alive += Object.keys(outputs).length - program.state.length;
        return outputs;
      },
      dispose: () => executable.dispose(),
    };
  }

  close(): void {
    this.#engine.close();
  }
}
