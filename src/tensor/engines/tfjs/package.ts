import * as tf from "@tensorflow/tfjs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { NODE_PACKAGE } from "../../../engines/mod.ts";
import { UserError } from "../../../errors.ts";
import { quietly } from "../tensorflow/quietly.ts";
import { asNodeBackend, type NodeBackend } from "./node_backend.ts";

/** The name that the package registers its backend by. */
export const NODE_BACKEND = "tensorflow";

// The package stays loaded, and TensorFlow's threads are the process's.
let loaded: { readonly directory: string; readonly backend: NodeBackend } | undefined;

/**
 * Loads the package from `directory/node_modules`. It is required as Node would, from there: Deno runs no install scripts of the npm
 * packages that it imports itself, and without its own this one has no addon. Its `require("@tensorflow/tfjs")` gives this program's
 * copy, so that both have the same backends.
 *
 * Throws a UserError where it cannot be loaded, or this process has loaded another.
 */
export function loadPackage(
  options: { readonly directory: string; readonly threads: number },
): NodeBackend {
  const directory = resolve(options.directory);
  if (loaded && loaded.directory !== directory) {
    throw new UserError(
      `${NODE_PACKAGE} was loaded from ${loaded.directory} in this process: another one, ${directory}, cannot be loaded`,
    );
  }
  loaded ??= { directory, backend: load(directory, options.threads) };
  return loaded.backend;
}

function load(directory: string, threads: number): NodeBackend {
  const require = createRequire(join(directory, "package.json"));
  restoreIsNullOrUndefined(require("node:util"));
  setDefaults({
    // Else notices about the processor come, later too; errors are thrown.
    TF_CPP_MIN_LOG_LEVEL: "3",
    // The package has no other way to say it.
    TF_NUM_INTRAOP_THREADS: `${threads}`,
    TF_NUM_INTEROP_THREADS: `${threads}`,
  });
  const before = tf.engine().backendName;
  // A second copy of tfjs-core, which a file of the package asks for, says that there is one already; they share all that matters.
  const terminal = globalThis.console;
  const { warn } = terminal;
  terminal.warn = () => {};
  try {
    const loading = () => require(NODE_PACKAGE);
    if (Deno.build.os === "linux") quietly(loading);
    else loading();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Deno.errors.NotCapable) throw error;
    throw new UserError(`${NODE_PACKAGE} in ${directory} cannot be loaded: ${error.message}`);
  } finally {
    terminal.warn = warn;
    if (before) void tf.setBackend(before);
  }
  const backend = tf.findBackend(NODE_BACKEND) ?? undefined;
  const node = backend && asNodeBackend(backend);
  if (!node) throw new Error(`internal: ${NODE_PACKAGE} did not register its backend`);
  return node;
}

/** The package calls a function that Node had until version 22, and Deno no more. */
function restoreIsNullOrUndefined(util: { isNullOrUndefined?: (value: unknown) => boolean }): void {
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
}

function setDefaults(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (!Deno.env.has(name)) Deno.env.set(name, value);
  }
}
