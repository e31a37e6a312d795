export { importConfigs } from "./import_configs.ts";
export { logLine, LogLines, logStamp, type TrainingNote } from "./log_lines.ts";
export { mapRun, type UsbRun } from "./map_run.ts";
export { formatNamespace } from "./namespace.ts";
export { readUsbConfig } from "./read_config.ts";
export { noEffectLines } from "./sweep_text.ts";
export { sweepTree } from "./sweep_tree.ts";
