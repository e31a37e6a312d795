export * from "./batch_norm";
export * from "./correlation";
export * from "./draw";
export * from "./elementwise";
export * from "./move";
export * from "./pixel_operation";
export * from "./reduce";
