export { createTensorflowEngine, type TensorflowEngineOptions } from "./create.ts";
export { LIBRARY_FILES, TENSORFLOW_VERSION } from "./library.ts";
