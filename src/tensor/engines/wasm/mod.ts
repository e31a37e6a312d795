export { createWasmEngine } from "./create.ts";
