export { createXlaEngine, type XlaEngineOptions } from "./create.ts";
export { OutOfDeviceMemory } from "./out_of_memory.ts";
