export { createTensorflowEngine, type TensorflowEngineOptions } from "./create.ts";
export { checkLibraryFiles, LIBRARY_FILES, TENSORFLOW_VERSION } from "./files.ts";
