import { deepEqual, ok } from "node:assert/strict";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Which rooms a room may import from; docs/architecture.md has the same table in words. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "src/dag": [],
  "src/data": [],
  "src/config": ["src/data"],
  "src/report": [],
  "src/engines": ["src/dag"],
  "src/tensor": ["src/engines"],
  "src/augment": ["src/tensor"],
  "src/nets": ["src/tensor"],
  "src/methods": ["src/tensor"],
  "src/train": ["src/augment", "src/data", "src/methods", "src/nets", "src/tensor"],
  "src/weights": ["src/data", "src/train"],
  "stages": [
    "src/augment",
    "src/dag",
    "src/data",
    "src/methods",
    "src/nets",
    "src/report",
    "src/tensor",
    "src/train",
    "src/weights",
  ],
  "src/sweep": [
    "src/config",
    "src/dag",
    "src/data",
    "src/methods",
    "src/nets",
    "src/report",
    "src/tensor",
    "src/train",
    "stages",
  ],
  "src/cli": ["src/config", "src/dag", "src/data", "src/engines", "src/report", "src/sweep"],
  "pipeline.ts": ["src/cli"],
};

/** What every room may use: one file hashes, so all others that need a hash take it from there. */
const common: readonly string[] = ["src/errors.ts", "src/dag/hash.ts"];

/** Packages that take long to load: only by `await import()`, never on the way to a plan. */
const heavy = ["@tensorflow/tfjs", "arquero", "sharp", "assemblyscript/asc"];

interface Import {
  readonly file: string;
  /** A path from the root, or a package. */
  readonly target: string;
  readonly dynamic: boolean;
  readonly typeOnly: boolean;
}

/** Paths from the root, with forward slashes. */
function sourceFiles(): string[] {
  const files = ["pipeline.ts"];
  const walk = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(join(root, folder))) {
      if (isDirectory) walk(`${folder}/${name}`);
      else if (name.endsWith(".ts")) files.push(`${folder}/${name}`);
    }
  };
  walk("src");
  walk("stages");
  return files.sort();
}

const texts = new Map(
  sourceFiles().map((file) => [file, Deno.readTextFileSync(join(root, file))]),
);

function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: string, rest: Pick<Import, "dynamic" | "typeOnly">) => {
    const target = specifier.startsWith(".")
      ? relative(root, normalize(join(root, dirname(file), specifier))).replaceAll("\\", "/")
      : specifier;
    found.push({ file, target, ...rest });
  };
  const text = texts.get(file)!;
  for (const [, word, clause, specifier] of text.matchAll(staticImport)) {
    const typeOnly = clause!.startsWith("type ") ||
      /^\{(\s*type\s[^,}]+,?)+\s*\}\s*from\s*$/.test(clause!);
    if (word === "import" || clause!.includes("from")) {
      add(specifier!, { dynamic: false, typeOnly });
    }
  }
  for (const [, specifier] of text.matchAll(/\bimport\(\s*"([^"]+)"/g)) {
    add(specifier!, { dynamic: true, typeOnly: false });
  }
  return found;
}

const staticImport =
  /^(import|export)\s+((?:type\s+)?(?:[\w$]+\s+from\s+|\*(?:\s+as\s+\w+)?\s+from\s+|\{[^}]*\}\s*from\s+|))"([^"]+)"/gm;

function roomOf(file: string): string {
  return file.startsWith("src/") ? file.split("/").slice(0, 2).join("/") : file.split("/")[0]!;
}

function offences(pattern: RegExp, allowedFiles: readonly string[]): string[] {
  return [...texts].filter(([file, text]) => !allowedFiles.includes(file) && pattern.test(text))
    .map(([file]) => file);
}

Deno.test("imports point one way between the rooms", () => {
  const wrong: string[] = [];
  let crossings = 0;
  for (const file of texts.keys()) {
    const room = roomOf(file);
    if (common.includes(file)) continue;
    ok(room in allowed, `${file}: the room ${room} is not in the table`);
    for (const { target } of importsOf(file)) {
      const other = roomOf(target);
      if (!(other in allowed) || other === room || common.includes(target)) continue;
      crossings++;
      if (!allowed[room]!.includes(other)) wrong.push(`${file} imports ${target}`);
    }
  }
  deepEqual(wrong, []);
  ok(crossings > 100, `only ${crossings} imports between rooms were found: is the scan right?`);
});

Deno.test("the rooms' directions have no circle", () => {
  const depth = (room: string, path: readonly string[]): number => {
    ok(!path.includes(room), [...path, room].join(" -> "));
    return 1 + Math.max(0, ...allowed[room]!.map((next) => depth(next, [...path, room])));
  };
  for (const room of Object.keys(allowed)) depth(room, []);
});

Deno.test("only src/cli/terminal.ts writes to the terminal", () => {
  // A worker process speaks to its runner through stdout.
  const writers = ["src/cli/terminal.ts", "src/dag/worker.ts"];
  deepEqual(
    offences(/\bconsole\.|\bDeno\.std(out|err)\b|\bprocess\.std(out|err)\.write/, writers),
    [],
  );
});

Deno.test("only src/dag/hash.ts makes keys, and src/data/hash_file.ts hashes raw files", () => {
  const hashers = ["src/dag/hash.ts", "src/data/hash_file.ts"];
  deepEqual(offences(/\bcreateHash\b|node:crypto|\bcrypto\.subtle\b/, hashers), []);
});

Deno.test("nothing that a plan loads imports a heavy package before it is needed", () => {
  const roots = [...texts.keys()].filter((file) =>
    file.startsWith("stages/") || file === "src/sweep/graph.ts" || file === "src/cli/session.ts"
  );
  for (const start of roots) {
    const seen = new Map<string, string | null>([[start, null]]);
    for (const file of seen.keys()) {
      for (const { target, dynamic, typeOnly } of importsOf(file)) {
        if (dynamic || typeOnly || seen.has(target)) continue;
        if (texts.has(target)) seen.set(target, file);
        ok(!heavy.includes(target), `${start} loads ${target} by way of ${file}`);
      }
    }
  }
});

Deno.test("nothing that computes reads a global generator or the environment", () => {
  const rooms = ["stages", "src/methods", "src/nets", "src/augment", "src/train", "src/tensor"];
  const computing = (file: string) => rooms.includes(roomOf(file));
  deepEqual(offences(/\bMath\.random\(|\bcrypto\.getRandomValues/, []).filter(computing), []);
  // An engine may ask where its library lies.
  const readers = offences(/\bDeno\.env\b|\bprocess\.env\b/, []).filter(computing);
  deepEqual(readers.filter((file) => !file.startsWith("src/tensor/engines/")), []);
});

Deno.test("every folder's mod.ts only re-exports", () => {
  for (const [file, text] of texts) {
    if (!file.endsWith("/mod.ts")) continue;
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
      .replace(/export\s+(type\s+)?(\{[^}]*\}|\*(\s+as\s+\w+)?)\s+from\s+"[^"]+";/g, "").trim();
    deepEqual(code, "", file);
  }
});
