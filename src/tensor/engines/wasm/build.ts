import asc from "assemblyscript/asc";

const OPTIONS = [
  ...["-O3", "--runtime", "stub", "--noAssert", "--importMemory", "--initialMemory", "1"],
  ...["--maximumMemory", "65536", "--sharedMemory"],
  ...["--enable", "simd", "--enable", "relaxed-simd", "--enable", "threads"],
];

/**
 * AssemblyScript looks like TypeScript and is none: its files end in `.as` here, so that formatter, linter and type checker, which would
 * drop its decorators and miss its types, leave them alone.
 *
 * Compiles the kernels of `assembly/` to WebAssembly; the same sources give the same bytes. Throws an Error with the compiler's
 * messages.
 */
export async function compileKernels(): Promise<Uint8Array> {
  const folder = new URL("assembly/", import.meta.url);
  const sources = new Map<string, string>();
  for (const entry of Deno.readDirSync(folder)) {
    sources.set(
      entry.name.replace(/\.as$/, ".ts"),
      Deno.readTextFileSync(new URL(entry.name, folder)),
    );
  }
  let binary: Uint8Array | undefined;
  let messages = "";
  const { error } = await asc.main(["index.ts", ...OPTIONS, "--outFile", "kernels.wasm"], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (name, contents) => {
      if (name === "kernels.wasm" && contents instanceof Uint8Array) binary = contents;
    },
    listFiles: () => [],
    stderr: { write: (text: string) => messages += text },
  });
  if (error || !binary) {
    throw new Error(`The kernels do not compile:\n${messages || error?.message}`);
  }
  return binary;
}

if (import.meta.main) {
  Deno.writeFileSync(new URL("kernels.wasm", import.meta.url), await compileKernels());
}
