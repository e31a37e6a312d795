export { createWasmEngine, type WasmEngineOptions } from "./create.ts";
