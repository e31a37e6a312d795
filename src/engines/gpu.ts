/** Folders of shared libraries: Debian's, Red Hat's, others', that of Windows' Linux, that of containers, that of NixOS. */
const folders = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/usr/lib/wsl/lib",
  "/usr/local/nvidia/lib64",
  "/run/opengl-driver/lib",
];

/**
 * Whether NVIDIA's driver is there, by its library: the device files themselves may only be looked at with all permissions.
 * Whether a GPU works, opening the engine tells.
 */
export function hasGpu(): boolean {
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/libcuda.so.1`).isFile;
    } catch {
      return false;
    }
  });
}
