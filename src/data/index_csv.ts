import { closest, distance } from "fastest-levenshtein";
import { UserError } from "../errors.ts";
import { type CsvField, type CsvRow, csvRows } from "./csv_rows.ts";

/** Columns of a sheet: pictures stand in rows of this many tiles. */
export const SHEET_COLUMNS = 32;

const SPLITS = ["labelled", "unlabelled", "train", "test"] as const;
const COLUMNS = ["sheet", "position", "file", "split", "label", "original_index"] as const;
type Column = typeof COLUMNS[number];

/** One line of index.csv: one image. */
export interface IndexEntry {
  /** The sheet's or the image's file name, relative to the folder. */
  readonly file: string;
  /** Tile in the sheet, row by row from 0; null for a single image. */
  readonly position: number | null;
  readonly split: typeof SPLITS[number];
  readonly label: number;
  /** Index in the original set; without that column the running number in the training or test part. */
  readonly originalIndex: number;
  /** Line, and columns of `file`, `position` and `label` in index.csv, for messages. */
  readonly line: number;
  readonly columns: { readonly file: number; readonly position: number; readonly label: number };
}

/** A parsed index.csv. */
export interface FolderIndex {
  readonly kind: "sheets" | "files";
  /** Whether it says which images are labelled. */
  readonly fixed: boolean;
  readonly entries: readonly IndexEntry[];
}

/** Parses index.csv. Throws a UserError with file:line:column for the first mistake; whether the files are there is not looked at. */
export function parseIndexCsv(text: string, path: string): FolderIndex {
  const [header, ...rows] = csvRows(text, path);
  if (header === undefined) {
    throw new UserError(`${path}:1:1 Expected a line of column names, found an empty file`);
  }
  const columns = parseHeader(header, path);
  if (rows.length === 0) throw new UserError(`${path}:2:1 Expected one line an image, found none`);
  const counters = { train: 0, test: 0 };
  const seen = new Map<string, number>();
  const entries = rows.map((row) => {
    const entry = parseRow(row, { path, columns, counters, width: header.fields.length });
    const key = `${entry.file}\n${entry.position ?? ""}`;
    const first = seen.get(key);
    if (first !== undefined) {
      throw new UserError(
        `${path}:${row.line}:${entry.columns.file} The same image as in line ${first}`,
      );
    }
    seen.set(key, row.line);
    return entry;
  });
  const fixed = checkSplits(entries, { path, splitColumn: columns.get("split")! });
  return { kind: columns.has("sheet") ? "sheets" : "files", fixed, entries };
}

function parseHeader(header: CsvRow, path: string): Map<Column, number> {
  const at = (field: CsvField | undefined) => `${path}:${header.line}:${field?.column ?? 1}`;
  const columns = new Map<Column, number>();
  for (const [index, field] of header.fields.entries()) {
    const name = COLUMNS.find((column) => column === field.text);
    if (name === undefined) {
      throw new UserError(
        `${at(field)} Unknown column "${field.text}"${suggestion(field.text, COLUMNS)}`,
      );
    }
    if (columns.has(name)) throw new UserError(`${at(field)} The column "${name}" is there twice`);
    columns.set(name, index);
  }
  const found = header.fields.map((field) => field.text).join(",");
  if (columns.has("sheet") === columns.has("file")) {
    throw new UserError(
      `${
        at(header.fields[0])
      } Expected either a column "sheet" (with "position") or a column "file", found "${found}"`,
    );
  }
  const needed: Column[] = columns.has("sheet")
    ? ["position", "split", "label"]
    : ["split", "label"];
  const missing = needed.find((name) => !columns.has(name));
  if (missing !== undefined) {
    throw new UserError(
      `${at(header.fields[0])} The column "${missing}" is missing: found "${found}"`,
    );
  }
  if (columns.has("file") && columns.has("position")) {
    throw new UserError(
      `${
        at(header.fields[columns.get("position")!])
      } The column "position" goes with "sheet", not with "file"`,
    );
  }
  return columns;
}

function parseRow(row: CsvRow, options: {
  readonly path: string;
  readonly columns: ReadonlyMap<Column, number>;
  readonly counters: { train: number; test: number };
  readonly width: number;
}): IndexEntry {
  const { path, columns, counters, width } = options;
  if (row.fields.length !== width) {
    throw new UserError(
      `${path}:${row.line}:1 Expected ${width} fields as in the first line, found ${row.fields.length}`,
    );
  }
  const field = (name: Column) => row.fields[columns.get(name) ?? -1] ?? null;
  const integer = (name: Column) => {
    const found = field(name);
    if (found === null) return null;
    if (!/^\d{1,9}$/.test(found.text)) {
      throw new UserError(
        `${path}:${row.line}:${found.column} Expected ${name} to be an integer of 0 or more, found "${found.text}"`,
      );
    }
    return Number(found.text);
  };
  const file = (field("sheet") ?? field("file"))!;
  if (
    file.text === "" || /^[/\\]|^[A-Za-z]:|\\/.test(file.text) ||
    file.text.split("/").includes("..")
  ) {
    throw new UserError(
      `${path}:${row.line}:${file.column} Expected a file name inside the folder, with forward slashes, found "${file.text}"`,
    );
  }
  const splitField = field("split")!;
  const split = SPLITS.find((name) => name === splitField.text);
  if (split === undefined) {
    throw new UserError(
      `${path}:${row.line}:${splitField.column} Unknown split "${splitField.text}"${
        suggestion(splitField.text, SPLITS)
      }`,
    );
  }
  const position = integer("position");
  const label = integer("label")!;
  const part = split === "test" ? "test" : "train";
  const running = counters[part]++;
  return {
    file: file.text,
    position,
    split,
    label,
    originalIndex: integer("original_index") ?? running,
    line: row.line,
    columns: {
      file: file.column,
      position: field("position")?.column ?? file.column,
      label: field("label")!.column,
    },
  };
}

/** Whether the split is fixed; throws where both ways of saying it are mixed, or where a part has no image. */
function checkSplits(entries: readonly IndexEntry[], { path, splitColumn }: {
  readonly path: string;
  readonly splitColumn: number;
}): boolean {
  const training = entries.filter((entry) => entry.split !== "test");
  const fixed = training[0]?.split !== "train";
  const other = training.find((entry) => (entry.split !== "train") !== fixed);
  if (other !== undefined) {
    throw new UserError(
      `${path}:${other.line}:1 Column ${splitColumn + 1} says "${other.split}" where line ${
        training[0]!.line
      } says ` +
        `"${training[0]!.split}": use either train and test, or labelled, unlabelled and test`,
    );
  }
  if (training.length === 0) {
    throw new UserError(`${path}: expected training images, found test images only`);
  }
  if (training.length === entries.length) {
    throw new UserError(`${path}: expected images with the split "test", found none`);
  }
  return fixed;
}

function suggestion(found: string, known: readonly string[]): string {
  const nearest = closest(found, known);
  if (found !== "" && distance(found, nearest) <= Math.max(2, found.length / 3)) {
    return `: did you mean "${nearest}"?`;
  }
  return `: expected one of ${known.join(", ")}`;
}
