import type { Program, TensorSpec } from "./program.ts";

/** Host data of a tensor, row-major: float32, int32, or uint8 for uint8 storage and bool. */
export type HostArray = Float32Array | Int32Array | Uint8Array;

/** A tensor that lives with an engine. Opaque; freed by `Engine.free` or by being replaced as state. */
export interface DeviceTensor {
  readonly spec: TensorSpec;
}

/** Something that runs Programs. */
export interface Engine {
  /** `wasm`, later `tensorflow`, `xla`, … */
  readonly name: string;
  /** Results are stored per family. */
  readonly family: string;
  /** Digest of the engine's own code and libraries; recorded beside every result. */
  readonly digest: string;
  /** Copies host data to the engine. Throws a RangeError if its length does not fit the shape. */
  upload(spec: TensorSpec, data: HostArray): DeviceTensor;
  /** Copies a tensor to the host. */
  download(tensor: DeviceTensor): Promise<HostArray>;
  free(tensor: DeviceTensor): void;
  prepare(program: Program): Promise<Executable>;
  /** Releases everything; no call may follow. */
  close(): void;
}

/** A Program made ready to run many times. */
export interface Executable {
  readonly program: Program;
  /**
   * Runs the program once. Inputs that the program marks as state are consumed: their handles are dead afterwards and the
   * outputs of the same name take their place. Other inputs stay alive. Throws if an input is missing or has another shape.
   */
  run(inputs: Readonly<Record<string, DeviceTensor>>): Promise<Record<string, DeviceTensor>>;
  dispose(): void;
}
