import { Document, isMap, isSeq, type Node, visit } from "yaml";
import { type LocatedMap, toPlain } from "../located.ts";
import { noEffectReasons } from "./keys.ts";
import type { UsbRun } from "./map_run.ts";

/** What stands above the values of a sweep file made from config files. */
export interface SweepTextOptions {
  readonly runs: readonly UsbRun[];
  /** Files that are not in it: name and reason. */
  readonly leftOut: readonly string[];
  /** Runs that the file has and no config file asks for. */
  readonly extra: readonly string[];
}

const width = 110;

/** The text of a sweep file, with comments that say which keys have no effect and which files are left out. */
export function sweepText(tree: LocatedMap, options: SweepTextOptions): string {
  const document = new Document(toPlain(tree));
  visit(document, {
    Collection(_key, node, path) {
      if (path.length > 2 && isFlat(node)) node.flow = true;
    },
    Pair(_key, { value }) {
      if (isMap(value) && value.items.length === 0) value.flow = true;
    },
  });
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  return `${header(options).map((line) => line === "" ? "#" : `# ${line}`).join("\n")}\n${text}`;
}

/** A list or map of plain values only. */
function isFlat(node: Node): boolean {
  if (isSeq(node)) {
    return node.items.every((item) => !isMap(item) && !isSeq(item)) && node.items.length < 6;
  }
  return isMap(node) && node.items.every(({ value }) => !isMap(value) && !isSeq(value));
}

function header({ runs, leftOut, extra }: SweepTextOptions): string[] {
  const files = runs.length === 1 ? runs[0]!.config.name : `${runs.length} config files of USB`;
  const remarks = [...new Set(runs.flatMap((run) => run.remarks))];
  const lacking = [
    ...new Set(runs.flatMap(({ method }) => method.there ? [] : [`method ${method.value}`])),
    ...new Set(runs.flatMap((run) => run.lacking)),
  ];
  return [
    `Made from ${files} by import-usb.`,
    ...section("Keys without effect here:", noEffectLines(runs)),
    ...section("To know:", remarks),
    ...section("Not in this version, so that the table says so:", lacking),
    ...section(
      "Runs that no config file asks for, as a table has every seed for every cell:",
      extra,
    ),
    ...section("Left out:", leftOut),
    "",
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.flatMap((line) => wrapped(line))];
}

/** Keys without effect, those of one reason together: `clip: no code of USB reads it`. */
export function noEffectLines(runs: readonly Pick<UsbRun, "noEffect">[]): string[] {
  const keys = new Map<string, Set<string>>();
  for (const { key, why } of runs.flatMap(({ noEffect }) => noEffect)) {
    const reason = noEffectReasons[why];
    keys.set(reason, (keys.get(reason) ?? new Set()).add(key));
  }
  return [...keys].map(([reason, some]) => `${[...some].sort().join(", ")}: ${reason}`);
}

function wrapped(line: string): string[] {
  const lines: string[] = [];
  for (const word of line.replace(/\s+/g, " ").split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > width) {
      lines.push(lines.length === 0 ? `- ${word}` : `  ${word}`);
    } else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
