export { createTfjsEngine, type TfjsEngineOptions } from "./create.ts";
