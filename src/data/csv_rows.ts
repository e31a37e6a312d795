import { UserError } from "../errors.ts";

/** A field and where it begins. */
export interface CsvField {
  readonly text: string;
  /** One-based, in characters. */
  readonly column: number;
}

/** A line that is not empty. */
export interface CsvRow {
  /** One-based. */
  readonly line: number;
  readonly fields: readonly CsvField[];
}

/** Splits comma-separated text into rows with positions; a field in double quotes may hold commas. Throws a UserError for an open quote. */
export function csvRows(text: string, path: string): CsvRow[] {
  const rows: CsvRow[] = [];
  for (const [index, raw] of text.replace(/^\uFEFF/, "").split("\n").entries()) {
    const content = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (content.trim() === "") continue;
    rows.push({ line: index + 1, fields: splitLine(content, `${path}:${index + 1}`) });
  }
  return rows;
}

function splitLine(content: string, where: string): CsvField[] {
  if (!content.includes('"')) {
    let column = 1;
    return content.split(",").map((text) => {
      const field = { text: text.trim(), column };
      column += text.length + 1;
      return field;
    });
  }
  const fields: CsvField[] = [];
  let at = 0;
  while (at <= content.length) {
    const column = at + 1;
    if (content[at] !== '"') {
      const end = content.indexOf(",", at);
      fields.push({ text: content.slice(at, end === -1 ? undefined : end).trim(), column });
      at = end === -1 ? content.length + 1 : end + 1;
      continue;
    }
    let text = "";
    for (at++; content[at] !== '"' || content[at + 1] === '"'; at++) {
      if (at >= content.length) {
        throw new UserError(
          `${where}:${column} Expected a closing quote, found the end of the line`,
        );
      }
      if (content[at] === '"') at++;
      text += content[at];
    }
    if (content[at + 1] !== undefined && content[at + 1] !== ",") {
      throw new UserError(
        `${where}:${at + 2} Expected a comma after the closing quote, found "${content[at + 1]}"`,
      );
    }
    fields.push({ text, column });
    at += 2;
  }
  return fields;
}
