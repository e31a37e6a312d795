import { absenceCodes, absenceLabels } from "./absence.ts";
import { oursText, signed, withSpread } from "./numbers.ts";
import type { ReportColumn } from "./paper_table.ts";
import type { Report, ReportCell } from "./report.ts";

const shortestLabel = 8;
const longestHead = 16;
const gap = "  ";

/**
 * The part of a report that has results, in lines of at most `width` characters (at least 20), with
 * a line feed at the end. Columns that do not fit side by side follow below; what has no result is
 * only counted.
 */
export function renderTerminal(report: Report, options: { width: number }): string {
  const width = Math.max(20, options.width);
  const rows = report.rows.filter((_, row) => report.cells[row]?.some((cell) => cell.ours));
  const columns = report.columns.filter((_, column) => {
    return report.cells.some((cells) => cells[column]?.ours);
  });
  const lines = [
    ...wrap(`${report.title} (profile ${report.profile})`, width),
    ...panels(report, { rows: rows.map(({ id }) => id), columns, width }),
    ...summary(report).flatMap((sentence) => wrap(sentence, width)),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

/** From the fullest way to write a cell to the shortest. */
const details: readonly ((cell: ReportCell, decimals: number) => string)[] = [
  (cell, decimals) => {
    const parts = [oursText(cell, decimals)];
    if (cell.paper) {
      parts.push(`paper ${withSpread(cell.paper.value, { ...cell.paper, decimals })}`);
    }
    if (cell.difference !== null) parts.push(signed(cell.difference, decimals));
    return parts.join(gap);
  },
  (cell, decimals) => {
    const ours = oursText(cell, decimals);
    return cell.difference === null ? ours : `${ours}${gap}${signed(cell.difference, decimals)}`;
  },
  oursText,
];

interface Panel {
  readonly head: string;
  readonly texts: readonly string[];
  readonly width: number;
}

function panels(
  report: Report,
  options: { rows: readonly string[]; columns: readonly ReportColumn[]; width: number },
): string[] {
  const { rows, columns, width } = options;
  if (rows.length === 0) return ["", "no cell has a result yet", ""];
  const labels = report.rows.filter(({ id }) => rows.includes(id)).map(({ indent, label }) => {
    return `${"– ".repeat(indent)}${label}`;
  });
  const detail = details.find((text) => {
    const widest = Math.max(
      ...columns.map((column) => panelOf(report, { rows, column, text }).width),
    );
    return shortestLabel + gap.length + widest <= width;
  }) ?? oursText;
  const blocks = columns.map((column) => panelOf(report, { rows, column, text: detail }));
  const widest = Math.max(...blocks.map((block) => block.width));
  const room = Math.max(shortestLabel, width - gap.length - widest);
  const labelWidth = Math.min(room, Math.max(...labels.map((label) => [...label].length)));
  const lines: string[] = [""];
  for (let first = 0; first < blocks.length;) {
    let used = labelWidth;
    const shown: Panel[] = [];
    for (const block of blocks.slice(first)) {
      used += gap.length + block.width;
      if (used > width && shown.length > 0) break;
      shown.push(block);
    }
    first += shown.length;
    const line = (label: string, cells: readonly string[]) => {
      const padded = cells.map((cell, index) => pad(cell, shown[index]?.width ?? 0));
      return cut([pad(cut(label, labelWidth), labelWidth), ...padded].join(gap), width);
    };
    lines.push(line("", shown.map(({ head }) => head)));
    for (const [row, label] of labels.entries()) {
      lines.push(line(label, shown.map(({ texts }) => texts[row] ?? "")));
    }
    lines.push("");
  }
  return lines;
}

function panelOf(
  report: Report,
  options: { rows: readonly string[]; column: ReportColumn; text: typeof oursText },
): Panel {
  const { rows, column, text } = options;
  const cells = report.cells.flat().filter((cell) => {
    return cell.column === column.id && rows.includes(cell.row);
  });
  const texts = cells.map((cell) => text(cell, column.decimals));
  const head = Math.min(longestHead, [...column.label].length);
  const width = Math.max(head, ...texts.map((entry) => [...entry].length));
  return { head: cut(column.label, width), texts, width };
}

/** What the panels leave out, one sentence each. */
function summary(report: Report): string[] {
  const cells = report.cells.flat();
  const counts = absenceCodes.flatMap((code) => {
    const count = cells.filter((cell) => cell.code === code).length;
    return count === 0 ? [] : [`${count} ${absenceLabels[code]}`];
  });
  const partial = cells.filter((cell) => cell.code === "partial").length;
  const names = new Set(report.departures.flatMap(({ items }) => items.map(({ name }) => name)));
  const facts = report.facts.map(({ name, text }) => `${name}: ${text}`);
  return [
    ...(partial > 0 ? [`cells with some of their seeds: ${partial}`] : []),
    ...(counts.length > 0 ? [`cells without a result: ${counts.join(", ")}`] : []),
    ...(names.size > 0 ? [`departures from the paper: ${[...names].join(", ")}`] : []),
    ...facts,
  ];
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - [...text].length));
}

function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join("")}…`;
}

/** Breaks at spaces; the lines that follow are indented. A word longer than a line is cut. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if ([...longer].length <= width || line === "") {
      line = longer;
      continue;
    }
    lines.push(line);
    line = `  ${word}`;
  }
  return [...lines, line].map((entry) => cut(entry, width));
}
