export {
  type Absence,
  type AbsenceCode,
  absenceCodes,
  absenceLabels,
  parseAbsence,
} from "./absence.ts";
export { buildReport } from "./build.ts";
export { formats } from "./formats.ts";
export { type Metrics, parseMetrics, readMetrics } from "./metrics.ts";
export { loadPaperTable, parsePaperTable } from "./paper.ts";
export type { PaperTable, ReportColumn } from "./paper_table.ts";
export { type Departure, type TableParams, tableParams } from "./params.ts";
export type { Report, ReportCell } from "./report.ts";
export { renderTerminal } from "./terminal.ts";
export type { Outcome } from "./seeds.ts";
