import { join } from "node:path";
import { loadSweep } from "../../src/config/mod.ts";
import { UserError } from "../../src/errors.ts";

/** Folder of the project's own sweep files. */
export const configs = new URL("../../configs/", import.meta.url).pathname;

/** A whole sweep file on synthetic data with a method a row; tests change lines of it. */
export const small = `version: 1
axes:
  seed: [0, 1]
defaults:
  steps: 256
  strong: simple
datasets:
  synthetic: {}
settings:
  tiny:
    dataset: synthetic
    labelled: {head: 20, ratio: 10}
    unlabelled: {shape: consistent, head: 40, ratio: 10}
methods:
  supervised: {}
  fixmatch: {}
  fixmatch+scssl:
    params: {estimation_epochs: 64}
    shorthands: {tau: [tau_b, tau_e]}
tables:
  small:
    rows:
      methods:
        - supervised
        - {id: base, method: fixmatch, label: FixMatch}
        - fixmatch+scssl@tau=1:none
    columns:
      settings: [tiny]
`;

/** Writes files into a temporary folder and loads `main.yaml` from there, paths printed relative to the folder. */
export async function load(files: Readonly<Record<string, string>>) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(folder, name), text);
    }
    return loadSweep("main.yaml", { cwd: folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The message of the UserError that `run` ends in. Fails if there is none. */
export async function userError(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error("expected a UserError");
}
