import * as tf from "@tensorflow/tfjs";
import type { ProgramBuilder } from "../builder.ts";
import { callerLine, captureSite } from "../call_sites.ts";
import type { TensorSpec } from "../program.ts";

/** tfjs calls a tensor's data by an empty object. */
type DataId = object;

/** tfjs functions that draw on the host; what they draw would be the same in every run of the program. */
const HOST_DRAWS: ReadonlySet<string> = new Set(
  [
    ..."randomUniform randomUniformInt randomNormal randomStandardNormal randomGamma".split(" "),
    ..."truncatedNormal rand dropout".split(" "),
  ].map((name) => `${name}__op`), // as tfjs calls the scope of a function that runs
);

/** The innermost function that draws on the host and is running now, if there is one. */
function runningDraw(): string | undefined {
  const { scopeStack } = tf.engine().state;
  return scopeStack.findLast(({ name }) => HOST_DRAWS.has(name))?.name.replace("__op", "");
}

/** Throws an error that names the caller's line. */
export function refuse(what: string): never {
  throw new Error(`${callerLine(captureSite())}: ${what}`);
}

/** The backend whose tensors are values of a program under construction. */
export class RecorderBackend extends tf.KernelBackend {
  /** The program being recorded; absent outside `record`. */
  builder: ProgramBuilder | undefined;
  /** What an asynchronous call did that is not allowed. */
  refused: unknown;
  readonly #values = new Map<DataId, { value: number; references: number }>();

  /** The value behind a tensor. */
  idOf(dataId: DataId): number {
    return this.#values.get(dataId)?.value ??
      refuse("a tensor from outside record() cannot be used inside: pass it as an input");
  }

  current(): ProgramBuilder {
    return this.builder ?? refuse("TensorFlow.js operations here run inside record() only");
  }

  /** What tfjs needs to make a tensor of a value. */
  info(value: number): { dataId: DataId; shape: number[]; dtype: tf.DataType } {
    const { shape, dtype } = this.current().spec(value);
    const dataId: DataId = {};
    this.#values.set(dataId, { value, references: 1 });
    return { dataId, shape: [...shape], dtype };
  }

  /** Tensors that are still held. */
  override numDataIds(): number {
    return this.#values.size;
  }

  /** Forgets all tensors. */
  clear(): void {
    this.#values.clear();
  }

  override write(
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): DataId {
    const draw = runningDraw();
    if (draw) {
      refuse(
        `tf.${draw} draws on the host and would be the same in every step: use ops.randomUniform`,
      );
    }
    if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
      refuse(`a ${dtype} tensor cannot be recorded`);
    }
    const spec: TensorSpec = { shape: [...shape], dtype };
    return this.info(this.current().constant(spec, values as ArrayLike<number>)).dataId;
  }

  override readSync(): never {
    return refuse("a value cannot be read while a program is recorded");
  }

  override read(): Promise<never> {
    try {
      return this.readSync();
    } catch (error) {
      // Nobody may be waiting for this promise: `record` throws the error at its end.
      this.refused ??= error;
      return new Promise(() => {});
    }
  }

  override incRef(dataId: DataId): void {
    const entry = this.#values.get(dataId);
    if (entry) entry.references += 1;
  }

  decRef(dataId: DataId): void {
    const entry = this.#values.get(dataId);
    if (entry) entry.references -= 1;
  }

  override refCount(dataId: DataId): number {
    return this.#values.get(dataId)?.references ?? 0;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const entry = this.#values.get(dataId);
    if (!entry) return true;
    entry.references -= 1;
    if (!force && entry.references > 0) return false;
    this.#values.delete(dataId);
    return true;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {
    this.clear();
  }
}

/** The one recorder; tfjs knows backends by name. */
export const recorderBackend = new RecorderBackend();
tf.registerBackend("recorder", () => recorderBackend, 0);
