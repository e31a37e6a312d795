export type { DeviceTensor, Engine, Executable, HostArray } from "./engine.ts";
export type { Attribute, Constant, DType, KernelCall, Program, TensorSpec } from "./program.ts";
export { elementCount, sameShape, sameSpec, specText } from "./program.ts";
export { lineOf } from "./call_sites.ts";
export { printProgram } from "./program_text.ts";
export { programFromJson, programToJson } from "./program_json.ts";
export { record, type RecordOptions } from "./recorder.ts";
export { validateProgram } from "./validate.ts";
export { interpret } from "./interpreter.ts";
