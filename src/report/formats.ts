import { renderCsv } from "./csv.ts";
import { renderMarkdown } from "./markdown.ts";
import type { Report } from "./report.ts";

/** Every file format of a report by its file extension: one function, one file each. */
export const formats: Readonly<Record<string, (report: Report) => string>> = {
  md: renderMarkdown,
  csv: renderCsv,
};
