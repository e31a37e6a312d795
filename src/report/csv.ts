import { fixed } from "./numbers.ts";
import type { Report, ReportCell } from "./report.ts";

/** One line a cell. Numbers in percent and points, ours with four decimals, the paper's as printed. */
const header = [
  "table",
  "row",
  "column",
  "state",
  "seeds_done",
  "seeds_asked",
  "mean",
  "spread",
  "spread_kind",
  "paper",
  "paper_spread",
  "difference",
  "seed_values",
  "selected_steps",
  "pick",
  "output",
  "engine",
  "test_images",
  "official_test_images",
  "reason",
  "paper_notes",
];

/** The table in long form as RFC 4180 wants it: CRLF, quotes where needed, one header line. */
export function renderCsv(report: Report): string {
  const lines = report.cells.flatMap((cells) =>
    cells.map((cell, index) =>
      line(report, { cell, decimals: report.columns[index]?.decimals ?? 2 })
    )
  );
  return [header, ...lines].map((fields) => `${fields.map(escape).join(",")}\r\n`).join("");
}

function line(report: Report, options: { cell: ReportCell; decimals: number }): string[] {
  const { cell, decimals } = options;
  const { ours, paper } = cell;
  const seeds = ours?.seeds ?? [];
  const spread = ours?.spread ?? null;
  const paperSpread = paper?.spread ?? null;
  return [
    report.table,
    cell.row,
    cell.column,
    cell.code,
    String(ours?.count ?? 0),
    String(cell.seedsAsked),
    ours === null ? "" : fixed(ours.mean, 4),
    spread === null ? "" : fixed(spread, 4),
    spread === null ? "" : "population",
    paper === null ? "" : fixed(paper.value, decimals),
    paperSpread === null ? "" : fixed(paperSpread, decimals),
    cell.difference === null ? "" : fixed(cell.difference, 4),
    seeds.map(({ seed, value }) => `${seed}:${fixed(value, 4)}`).join(" "),
    seeds.map(({ seed, selectedStep }) => `${seed}:${selectedStep ?? "-"}`).join(" "),
    distinct(seeds.map(({ pick }) => pick)),
    distinct(seeds.map(({ output }) => output)),
    distinct(seeds.map(({ engine }) => engine)),
    distinct(seeds.map(({ testImages }) => String(testImages))),
    distinct(seeds.map(({ officialTestImages }) => String(officialTestImages))),
    cell.absent.map(({ reason, seeds: lacking }) => {
      return lacking.length === 0 ? reason : `seed ${lacking.join(", ")}: ${reason}`;
    }).join(" | "),
    cell.notes.map((mark) => report.notes.find((note) => note.mark === mark)?.text).join(" | "),
  ];
}

function distinct(values: readonly string[]): string {
  return [...new Set(values)].sort().join(" ");
}

function escape(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
