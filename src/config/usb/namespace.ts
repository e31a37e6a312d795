/** Python's `Namespace(a=1, b='x', …)`, in which USB's log lists a run's arguments. */
import type { Scalar } from "../located.ts";
import { pythonText } from "./value_of.ts";

/** The list as `argparse` prints it. */
export function formatNamespace(values: Readonly<Record<string, Scalar>>): string {
  const parts = Object.entries(values).map(([name, value]) => `${name}=${literal(value)}`);
  return `Namespace(${parts.join(", ")})`;
}

function literal(value: Scalar): string {
  if (typeof value !== "string") return pythonText(value);
  const text = value.replaceAll("\\", "\\\\");
  return text.includes("'") && !text.includes('"')
    ? `"${text}"`
    : `'${text.replaceAll("'", "\\'")}'`;
}

const entry =
  /\s*([A-Za-z_]\w*)=('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\([^)]*\)|\{[^}]*\}|[^,)]*)\s*(,|\)|$)/y;

/** The values of such a list; `undefined` where the text is none. Lists and other composed values are left out. */
export function parseNamespace(text: string): Record<string, Scalar> | undefined {
  const open = text.indexOf("Namespace(");
  if (open < 0) return undefined;
  const values: Record<string, Scalar> = {};
  entry.lastIndex = open + "Namespace(".length;
  while (true) {
    const match = entry.exec(text);
    if (match === null) return undefined;
    const [, name = "", value = "", end] = match;
    const parsed = parseLiteral(value.trim());
    if (parsed !== undefined) values[name] = parsed;
    if (end === ")") return values;
    if (end !== ",") return undefined;
  }
}

function parseLiteral(text: string): Scalar | undefined {
  if (text === "None") return null;
  if (text === "True") return true;
  if (text === "False") return false;
  const [, quoted] = /^["'](.*)["']$/s.exec(text) ?? [];
  if (quoted !== undefined) return quoted.replace(/\\(.)/g, "$1");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
