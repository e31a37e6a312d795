export { augment, type AugmentOptions } from "./augment.ts";
export { normalise } from "./normalise.ts";
export { isPipeline, parsePipeline } from "./pipeline.ts";
