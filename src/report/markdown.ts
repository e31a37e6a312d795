import { absenceLabels } from "./absence.ts";
import { oursText, signed, withSpread } from "./numbers.ts";
import type { Report, ReportCell, ReportRow } from "./report.ts";
import { type Scope, scopeText } from "./scope.ts";

/** The whole report as one Markdown page; the table is aligned, so that it reads well as text too. */
export function renderMarkdown(report: Report): string {
  const heading = `# ${report.title}\n\n${report.table}, profile \`${report.profile}\`.`;
  return [
    report.caption === "" ? heading : `${heading} ${report.caption}`,
    grid(report),
    legend(report),
    section("Missing", missingLines(report)),
    ...departureParts(report),
    section("Imported results", importedLines(report)),
    section("How our numbers were made", factLines(report)),
    section("Notes on the paper's numbers", noteLines(report)),
  ].filter((part) => part !== "").join("\n\n") + "\n";
}

function grid(report: Report): string {
  const head = ["", ...(report.published ? [""] : []), ...report.columns.map(({ label }) => label)];
  const body = report.rows.flatMap((row, index) => {
    return rowLines(report, { row, cells: report.cells[index] ?? [] });
  });
  const table = [head, ...body].map((cells) => cells.map(escapeCell));
  const widths = head.map((_, column) => {
    return Math.max(3, ...table.map((cells) => [...cells[column] ?? ""].length));
  });
  const lines = table.map((cells) => {
    const padded = cells.map((cell, i) => cell + " ".repeat((widths[i] ?? 0) - [...cell].length));
    return `| ${padded.join(" | ")} |`;
  });
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return lines.join("\n");
}

/** A row of the table takes a line for ours, one for the paper, and one for the difference if any. */
function rowLines(report: Report, options: { row: ReportRow; cells: readonly ReportCell[] }) {
  const { row, cells } = options;
  const decimals = (index: number) => report.columns[index]?.decimals ?? 2;
  const label = `${row.indent > 0 ? `${"–".repeat(row.indent)} ` : ""}${row.label}`;
  const ours = cells.map((cell, index) => oursText(cell, decimals(index)));
  if (!report.published) return [[label, ...ours]];
  const lines = [
    [label, "ours", ...ours],
    ["", "paper", ...cells.map((cell, index) => paperText(cell, decimals(index)))],
  ];
  if (cells.some((cell) => cell.difference !== null)) {
    const differences = cells.map(({ difference }, index) => {
      return difference === null ? "" : signed(difference, decimals(index));
    });
    lines.push(["", "difference", ...differences]);
  }
  return lines;
}

function paperText({ paper, notes }: ReportCell, decimals: number): string {
  const marks = notes.map((mark) => ` [${mark}]`).join("");
  if (paper === null) return `NA${marks}`;
  return withSpread(paper.value, { spread: paper.spread, decimals }) + marks;
}

function legend({ published }: Report): string {
  const ours = "accuracy in percent, mean ± population standard deviation over seeds " +
    "(seeds done/seeds asked for); one seed alone has no ±; a dash means no result";
  if (!published) return `Each cell: ${ours}.`;
  return [
    `- ours: ${ours}`,
    "- paper: the published value, ± as printed; NA where the paper has none",
    "- difference: ours minus the paper's, in points",
  ].join("\n");
}

function missingLines(report: Report): string[] {
  return report.missing.map(({ code, reason, seeds, scope }) => {
    const which = seeds.length === 0
      ? ""
      : `, seed${seeds.length > 1 ? "s" : ""} ${seeds.join(", ")}`;
    return `- ${absenceLabels[code]}: ${oneLine(reason)} (${inWords(scope, "all cells")}${which})`;
  });
}

function departureParts({ published, departures }: Report): string[] {
  const title = published ? "Departures from the paper" : "Departures from the paper's protocol";
  if (departures.length === 0) return [];
  const parts = departures.map(({ scope, items }) => {
    const lines = items.map(({ name, paper, ours, sentence }) => {
      const remark = sentence === "" ? "" : ` ${oneLine(sentence)}`;
      return `- ${name}: ${oneLine(ours)} (paper: ${oneLine(paper)}).${remark}`;
    });
    return `${capital(inWords(scope, "all results above"))}:\n\n${lines.join("\n")}`;
  });
  return [`## ${title}`, ...parts];
}

function factLines({ facts }: Report): string[] {
  return facts.map(({ name, text, scope }) => {
    return `- ${name}: ${text}${scope === "all" ? "" : ` (${inWords(scope, "")})`}`;
  });
}

/** Numbers that another program made, each with its log. */
function importedLines({ imported }: Report): string[] {
  return imported.map(({ row, column, seed, source, differences }) => {
    const remarks = differences.length === 0 ? "" : `; ${differences.map(oneLine).join("; ")}`;
    return `- \`${row}/${column}\`, seed ${seed}: ${oneLine(source)}${remarks}`;
  });
}

function noteLines({ notes }: Report): string[] {
  return notes.map(({ mark, text }) => `- ${mark === null ? "" : `[${mark}] `}${oneLine(text)}`);
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `## ${title}\n\n${lines.join("\n")}`;
}

function inWords(scope: Scope, all: string): string {
  return scopeText(scope, { all, quote: (id) => `\`${id}\`` });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** A bar would end the cell; a line break would end the row. */
function escapeCell(text: string): string {
  return oneLine(text).replaceAll("|", "\\|");
}
