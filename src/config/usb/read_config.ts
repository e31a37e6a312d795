import { readFileSync } from "node:fs";
import { UserError } from "../../errors.ts";
import { errorAt, type LocatedMap, type Position, type Scalar } from "../located.ts";
import { displayPath, parseSource } from "../source.ts";

/** One value of a config file and where it stands; keys absent from the file stand where the file begins. */
export interface Placed<T> {
  readonly value: T;
  readonly at: Position;
}

/** A config file of USB's: one level of keys, each with one value. */
export interface UsbConfig {
  /** As messages print it. */
  readonly name: string;
  readonly at: Position;
  readonly keys: ReadonlyMap<string, Placed<Scalar> & { readonly keyAt: Position }>;
}

/**
 * Reads a config file of USB's.
 * @throws UserError with file:line:column for what is no such file
 */
export function readUsbConfig(
  file: string,
  { cwd = Deno.cwd() }: { readonly cwd?: string } = {},
): UsbConfig {
  const name = displayPath(file, cwd);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") throw new UserError(`${name}: no such file; check the path`);
    if (code === "EISDIR") throw new UserError(`${name}: expected a YAML file, found a folder`);
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${name}: cannot be read: ${reason}`, { cause: error });
  }
  return parseUsbConfig(text, name);
}

/** The same for a text that is already there. */
export function parseUsbConfig(text: string, name: string): UsbConfig {
  const at = { file: name, line: 1, column: 1 };
  if (text.replace(/^\s*(#.*|---)?$/gm, "").trim() === "") {
    throw errorAt(at, 'The file is empty: expected keys of USB, such as "algorithm: fixmatch"');
  }
  return usbConfigOf(parseSource(text, name));
}

function usbConfigOf(tree: LocatedMap): UsbConfig {
  const keys = new Map<string, Placed<Scalar> & { keyAt: Position }>();
  for (const [key, { keyAt, node }] of tree.entries) {
    if (key === "version" || (key === "extends" && node.kind === "scalar")) {
      throw errorAt(
        keyAt,
        `"${key}" belongs to a sweep file, which the command sweep runs: expected keys of USB, such as "algorithm: fixmatch"`,
      );
    }
    if (node.kind !== "scalar") {
      throw errorAt(node.at, `Expected one value for "${key}", found a ${node.kind}`);
    }
    keys.set(key, { value: node.value, at: node.at, keyAt });
  }
  return { name: tree.at.file, at: { ...tree.at, line: 1, column: 1 }, keys };
}

/** A config from a list of arguments, such as a log prints; `at` is where the list stands. */
export function usbConfigFrom(
  values: Readonly<Record<string, Scalar>>,
  at: Position,
): UsbConfig {
  const keys = Object.entries(values).map(([key, value]) => [key, { value, at, keyAt: at }]);
  return {
    name: at.file,
    at,
    keys: new Map(keys as [string, Placed<Scalar> & { keyAt: Position }][]),
  };
}
