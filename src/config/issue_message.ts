import { z } from "zod";
import { type Complaint, complaintsError } from "./complaint.ts";
import { keyPositionAt, type Located, nodeAt, type Path, positionAt } from "./located.ts";
import { schemaKeys } from "./schema_keys.ts";
import { suggest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

const typeNames: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
  null: "null",
};

const formats: Readonly<Record<string, string>> = {
  net: 'a net such as "wrn-28-2", or "resnet-50-small"',
  weak: 'operations joined by "|", such as "crop|flip"',
};

/**
 * Checks a parsed file (or a part of it) against a schema and returns the parsed value.
 * @throws UserError with one `file:line:column` line for each thing that is wrong, in the order of the file.
 */
export function validate<T>(schema: z.ZodType<T>, tree: Located, plain: unknown): T {
  const result = schema.safeParse(plain);
  if (result.success) return result.data;
  throw complaintsError(explainAll(result.error, { schema, tree }));
}

/** What a schema finds wrong with a parsed part of a file. */
export function complaintsAbout(
  schema: z.ZodType,
  { tree, plain }: { readonly tree: Located; readonly plain: unknown },
): Complaint[] {
  const { error } = schema.safeParse(plain);
  return error === undefined ? [] : explainAll(error, { schema, tree });
}

function explainAll(error: z.ZodError, context: Pick<Context, "schema" | "tree">): Complaint[] {
  return error.issues.flatMap((issue) => explain(issue, { ...context, base: [] }));
}

interface Context {
  readonly schema: z.ZodType;
  readonly tree: Located;
  /** Path of the value that the issue's own path starts from. */
  readonly base: Path;
}

function explain(issue: Issue, context: Context): Complaint[] {
  const { schema, tree } = context;
  const path = [...context.base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const known = schemaKeys(schema, path);
    return issue.keys.map((key) => ({
      at: keyPositionAt(tree, [...path, key]),
      text: `Unknown key "${key}"${suggest(key, known)}`,
    }));
  }
  if (issue.code === "invalid_union") {
    const inner = fittingBranch(issue.errors);
    if (inner !== undefined) {
      return inner.flatMap((each) => explain(each, { ...context, base: path }));
    }
  }
  if (issue.code === "invalid_key") {
    return [{
      at: keyPositionAt(tree, path),
      text: `Id "${String(path.at(-1))}" is not usable: ${idRule}`,
    }];
  }
  const node = nodeAt(tree, path);
  if (node === undefined) {
    const expected = issue.code === "invalid_type" ? `: expected ${typeName(issue.expected)}` : "";
    return [{
      at: positionAt(tree, path),
      text: issue.code === "custom" ? issue.message : `Missing key "${nameOf(path)}"${expected}`,
    }];
  }
  return [{ at: node.at, text: wrongValue(issue, { node, name: nameOf(path) }) }];
}

const idRule = "expected letters, digits and + @ = : , . _ - without spaces or slashes";

function wrongValue(issue: Issue, { node, name }: { node: Located; name: string }): string {
  const found = describe(node);
  switch (issue.code) {
    case "invalid_type":
      return `Expected ${typeName(issue.expected)} for "${name}", found ${found}`;
    case "invalid_value": {
      const known = issue.values.map(String);
      return typeof scalar(node) === "string"
        ? `Unknown value ${found} for "${name}"${suggest(String(scalar(node)), known)}`
        : `Expected ${known.join(" or ")} for "${name}", found ${found}`;
    }
    case "too_small":
      return issue.origin === "array"
        ? `Expected at least ${issue.minimum} entry in "${name}", found none`
        : `Expected ${
          issue.inclusive ? "at least" : "more than"
        } ${issue.minimum} for "${name}", found ${found}`;
    case "too_big":
      return `Expected ${
        issue.inclusive ? "at most" : "less than"
      } ${issue.maximum} for "${name}", found ${found}`;
    case "invalid_format":
      return `Expected ${
        formats[name] ?? `an id (${idRule.slice(9)})`
      } for "${name}", found ${found}`;
    case "custom":
      return issue.message;
    case "invalid_union":
      return `Expected ${alternatives(issue.errors).join(" or ")} for "${name}", found ${found}`;
    default:
      return `Wrong value for "${name}": ${issue.message}, found ${found}`;
  }
}

/** Whether an issue says that the value is of another kind altogether than a union's branch is for. */
function isOtherKind(issue: Issue): boolean {
  return issue.path.length === 0 &&
    (issue.code === "invalid_type" || issue.code === "invalid_value");
}

/** Of a union's branches, the one that is for the kind of value that was written. */
function fittingBranch(branches: readonly Issue[][]): Issue[] | undefined {
  return branches.filter((issues) => !issues.some(isOtherKind))
    .toSorted((a, b) => a.length - b.length)[0];
}

/** What a union's branches are for, in words. */
function alternatives(branches: readonly Issue[][]): string[] {
  return branches.flat().flatMap((issue) => {
    if (issue.code === "invalid_type") return [typeName(issue.expected)];
    return issue.code === "invalid_value" ? issue.values.map((value) => JSON.stringify(value)) : [];
  });
}

function nameOf(path: Path): string {
  const keys = path.filter((key) => typeof key !== "number");
  return String(keys.at(-1) ?? "the file");
}

function typeName(expected: string): string {
  return typeNames[expected] ?? expected;
}

function scalar(node: Located | undefined): unknown {
  return node?.kind === "scalar" ? node.value : undefined;
}

function describe(node: Located): string {
  if (node.kind !== "scalar") return `a ${node.kind}`;
  if (node.value === null) return "nothing";
  return typeof node.value === "string" ? `"${node.value}"` : String(node.value);
}
