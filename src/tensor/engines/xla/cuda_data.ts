import { dirname, join } from "node:path";

/** Folders of the nvidia wheels that hold CUDA's assembler, beside the plugin's package. */
const FOLDERS = ["cu13", "cu12", "cuda_nvcc"];

const FLAG = "--xla_gpu_cuda_data_dir";

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** The folder with `bin/ptxas` in the wheel tree that a CUDA plugin (jax_plugins/xla_cuda13/…) lies in, if there is one. */
export function cudaDataFolder(plugin: string): string | undefined {
  const packages = dirname(dirname(dirname(plugin)));
  return FOLDERS.map((name) => join(packages, "nvidia", name))
    .find((folder) => isFile(join(folder, "bin", "ptxas")));
}

/** XLA's flags with that folder named, unless they name one already. XLA reads them when it is loaded. */
export function withCudaData(flags: string, plugin: string): string {
  const folder = cudaDataFolder(plugin);
  if (!folder || flags.includes(FLAG)) return flags;
  return [...(flags ? [flags] : []), `${FLAG}=${folder}`].join(" ");
}
