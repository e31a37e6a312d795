import { LineCounter, parseDocument } from "yaml";
import type { Document } from "yaml";
import { UserError } from "../errors.ts";
import { type PaperTable, paperTableSchema } from "./paper_table.ts";

export type { PaperTable } from "./paper_table.ts";

/**
 * Reads and checks one table of the paper.
 *
 * @throws {UserError} naming file, line and column of what is wrong, or the file that is not there.
 */
export async function loadPaperTable(path: string): Promise<PaperTable> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UserError(`${path}: expected a table of the paper, found no such file`);
    }
    throw error;
  }
  return parsePaperTable(text, { file: path });
}

/** Like `loadPaperTable`, from text; `file` only names it in errors. */
export function parsePaperTable(text: string, options: { file: string }): PaperTable {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new UserError(`${options.file}:${line}:${col} ${broken.message.split("\n")[0]}`);
  }
  const result = paperTableSchema.safeParse(document.toJS());
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue === undefined) throw new Error("internal: a failed parse without an issue");
  const { line, col } = lines.linePos(offsetOf(document, issue.path));
  const at = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
  throw new UserError(`${options.file}:${line}:${col} ${at}${issue.message}`);
}

/** Where the nearest node that exists on `path` begins. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] } | null | undefined)?.range;
    if (range?.[0] !== undefined) return range[0];
  }
  return 0;
}
