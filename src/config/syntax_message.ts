import type { YAMLError } from "yaml";

const advice: Partial<Record<YAMLError["code"], string>> = {
  TAB_AS_INDENT: "Tab used as indentation: YAML allows spaces only; replace the tab by two spaces",
  MULTIPLE_DOCS:
    'A second document begins here: a sweep file is one document; remove "---" or split the file',
  BAD_INDENT: "Wrong indentation: entries of one map or list begin in the same column",
  BLOCK_AS_IMPLICIT_KEY:
    'A map inside a line that is already an entry: put it on a line of its own, or quote the text that holds ": "',
  MULTILINE_IMPLICIT_KEY: 'A key must end on its own line with ":"',
  TAG_RESOLVE_FAILED: "Tags (!…) are not used in sweep files: remove the tag",
  KEY_OVER_1024_CHARS: "A key is longer than 1024 characters",
};

/** What the YAML library found, in words that say what to do. `text` is the offending piece of the source. */
export function syntaxMessage(error: YAMLError, text: string): string {
  if (error.code === "DUPLICATE_KEY") {
    return `Duplicate key "${text}": it is already set in the same map; keep one of the two`;
  }
  if (error.code === "BAD_INDENT" && error.message.startsWith("Flow")) {
    return 'A "[" or "{" that is opened above is not closed: add the "]" or "}"';
  }
  return advice[error.code] ?? `Not valid YAML: ${error.message}`;
}
