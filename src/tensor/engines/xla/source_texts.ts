/** The texts of the engine's own modules, in the order of their paths: what its digest is made of besides the plugin. */
export function sourceTexts(folder: URL = new URL("./", import.meta.url)): string[] {
  const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  return entries.flatMap((entry) => {
    if (entry.isDirectory) return sourceTexts(new URL(`${entry.name}/`, folder));
    return entry.name.endsWith(".ts") && entry.name !== "abi_generate.ts"
      ? [Deno.readTextFileSync(new URL(entry.name, folder))]
      : [];
  });
}
