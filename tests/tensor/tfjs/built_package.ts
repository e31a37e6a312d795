/**
 * The npm package of the engine `tfjs-node-gpu` as npm unpacks it, with its addon compiled against the TensorFlow that the `engine`
 * command installed, since its own install script downloads one for CUDA 11.
 */
import { exists } from "../../../src/dag/atomic.ts";
import { hashBytes } from "../../../src/dag/hash.ts";
import { NODE_PACKAGE, nodePackageFolder } from "../../../src/engines/mod.ts";
import { join } from "node:path";
import { directory, tensorflowIsInstalled } from "../tensorflow/installed.ts";

const sources = join(import.meta.dirname!, "addon");
const kept = join(import.meta.dirname!, "..", "..", "..", ".local");
const compiler = "g++";

/** The headers that the addon includes, all of which are ours. */
const headers = [
  "c/c_api.h",
  "c/eager/c_api.h",
  "c/tf_datatype.h",
  "c/tf_status.h",
  "c/tf_tensor.h",
  "core/platform/ctstring_internal.h",
];

/** Why the package cannot be built here; undefined if it can. */
export const reasonAgainst: string | undefined = !tensorflowIsInstalled
  ? "TensorFlow is not installed"
  : Deno.build.os !== "linux"
  ? "built on Linux only"
  : !hasCompiler()
  ? `there is no ${compiler}`
  : undefined;

/** Looks for it, rather than running it: processes that only use what was built may start no others. */
function hasCompiler(): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => exists(join(folder, compiler)));
}

let built: Promise<string> | undefined;

/** The folder whose `node_modules` holds the package; built once for all runs that would build the same. */
export async function builtPackage(): Promise<string> {
  return nodePackageFolder({ root: join(await builtCache(), "retable", "engines") });
}

/** What `XDG_CACHE_HOME` must be for a command to find the package, and no other engine. */
export function builtCache(): Promise<string> {
  return built ??= build();
}

async function build(): Promise<string> {
  const texts = ["tensorflow_c.h", "packages.json", "packages.lock"].map((name) =>
    Deno.readTextFileSync(join(sources, name))
  );
  const key = hashBytes([directory, ...texts].map(hashBytes).join("\n")).slice(0, 12);
  const folder = join(kept, `cache-tfjs-node-gpu-${key}`);
  if (exists(folder)) return folder;
  Deno.mkdirSync(kept, { recursive: true });
  // Test files run side by side: one builds, the others wait.
  using lock = Deno.openSync(join(kept, "tfjs-node-gpu.lock"), { create: true, write: true });
  await lock.lock(true);
  if (exists(folder)) return folder;
  const making = Deno.makeTempDirSync({ dir: kept });
  try {
    const place = nodePackageFolder({ root: join(making, "retable", "engines") });
    Deno.mkdirSync(place, { recursive: true });
    Deno.copyFileSync(join(sources, "packages.json"), join(place, "deno.json"));
    Deno.copyFileSync(join(sources, "packages.lock"), join(place, "deno.lock"));
    await run(Deno.execPath(), ["install", "--quiet", "--frozen"], place);
    await compile(place);
    Deno.renameSync(making, folder);
  } catch (error) {
    Deno.removeSync(making, { recursive: true });
    throw error;
  }
  return folder;
}

async function compile(making: string): Promise<void> {
  const include = join(making, "include");
  for (const header of headers) {
    const path = join(include, "tensorflow", header);
    Deno.mkdirSync(join(path, ".."), { recursive: true });
    Deno.writeTextFileSync(path, '#include "tensorflow_c.h"\n');
  }
  const modules = join(making, "node_modules");
  const unpacked = join(modules, NODE_PACKAGE);
  const addon = join(unpacked, "lib", "napi-v8");
  Deno.mkdirSync(addon, { recursive: true });
  await run(compiler, [
    ...["-std=c++17", "-O1", "-shared", "-fPIC", "-DNAPI_VERSION=8"],
    ...["-I", include, "-I", sources, "-I", join(modules, "node-api-headers", "include")],
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(unpacked, "binding", file)),
    ...["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"].map((file) =>
      join(directory, file)
    ),
    ...[`-Wl,-rpath,${directory}`, "-o", join(addon, "tfjs_binding.node")],
  ], making);
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args: [...args], cwd }).output();
  if (!success) {
    throw new Error(`${command} ${args[0]}: ${new TextDecoder().decode(stderr).slice(-2000)}`);
  }
}
