import { dirname, join, relative } from "node:path";
import { writeAtomically } from "./write_atomically.ts";

/**
 * Finished files of a run that is still going on (evaluations, raw logits, best weights), kept beside its checkpoints and
 * named by them. A file is deleted only when no kept checkpoint names it any more.
 */
export class Spool {
  readonly #directory: string;
  /** Files that each of the last two checkpoints names, older first. */
  #named: readonly (readonly string[])[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    return writeAtomically(join(this.#directory, name), bytes);
  }

  /** The first of these files that is not there. */
  async missing(names: readonly string[]): Promise<string | undefined> {
    const present = new Set(await this.#list());
    return names.find((name) => !present.has(name));
  }

  /** To be called after a checkpoint that names these files was read. */
  adopt(names: readonly string[]): void {
    this.#named = [names];
  }

  /** To be called after a checkpoint that names these files was written: deletes what neither of the last two names. */
  async retain(names: readonly string[]): Promise<void> {
    this.#named = [...this.#named.slice(-1), names];
    const kept = new Set(this.#named.flat());
    for (const name of await this.#list()) {
      if (!kept.has(name)) await Deno.remove(join(this.#directory, name));
    }
  }

  async copy(name: string, to: string): Promise<void> {
    await Deno.mkdir(dirname(to), { recursive: true });
    await Deno.copyFile(join(this.#directory, name), to);
  }

  async #list(): Promise<string[]> {
    const found: string[] = [];
    const visit = async (directory: string): Promise<void> => {
      for await (const entry of Deno.readDir(directory)) {
        const path = join(directory, entry.name);
        if (entry.isDirectory) await visit(path);
        else found.push(relative(this.#directory, path).replaceAll("\\", "/"));
      }
    };
    await Deno.mkdir(this.#directory, { recursive: true });
    await visit(this.#directory);
    return found;
  }
}
