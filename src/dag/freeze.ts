/** The frozen copy of the code: what was read for hashing is written to the store and run from there. */
import { exists, removePath, syncTree } from "./atomic.ts";
import type { CodeReader } from "./code.ts";
import type { GraphNode } from "./graph.ts";
import { hashBytes, hashJson } from "./hash.ts";
import type { Store } from "./store.ts";

/** Copied whole: registries find modules in them that no import names. */
const folders = ["src", "stages", "paper"];
const files = ["deno.json", "deno.lock"];

/** Writes the copy if the store does not have it; returns its digest (the directory is `store.copy(digest)`). */
export function freezeCode(
  nodes: readonly GraphNode[],
  options: { code: CodeReader; store: Store },
): string {
  const { code, store } = options;
  const { tree } = code;
  const paths = new Set(files.map((name) => `${tree.root}/${name}`));
  for (const folder of folders) {
    for (const path of filesBelow(`${tree.root}/${folder}`)) paths.add(path);
  }
  for (const stage of new Set(nodes.map((node) => node.stage))) {
    for (const path of code.files(stage)) paths.add(path);
  }
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const path of [...paths].sort()) {
    const bytes = tree.bytes(path);
    if (bytes) contents.set(tree.relative(path), bytes);
  }
  const digest = hashJson("copy", [...contents].map(([path, bytes]) => [path, hashBytes(bytes)]));
  const target = store.copy(digest);
  if (!exists(target)) {
    writeCopy(contents, { target, scratch: `${store.root}/tmp/code-${Deno.pid}` });
  }
  return digest;
}

function writeCopy(
  contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  at: { readonly target: string; readonly scratch: string },
): void {
  removePath(at.scratch); // of a killed process that had this number
  try {
    for (const [path, bytes] of contents) {
      if (path.startsWith("../")) {
        throw new Error(`internal: a stage imports ${path}, outside the project`);
      }
      const file = `${at.scratch}/${path}`;
      Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      Deno.writeFileSync(file, bytes);
    }
    syncTree(at.scratch);
    Deno.renameSync(at.scratch, at.target);
  } catch (error) {
    removePath(at.scratch);
    // Another runner was quicker.
    if (!exists(at.target)) throw error;
  }
}

function* filesBelow(folder: string): Generator<string> {
  if (!exists(folder)) return;
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* filesBelow(path);
    else if (entry.isFile) yield path;
  }
}
