/** The texts of the engine's modules, in the order of their paths: what its digest is made of besides the library's version. */
export function sourceTexts(folder: URL = new URL("./", import.meta.url)): string[] {
  const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  return entries.flatMap(({ name, isDirectory }) => {
    if (isDirectory) return sourceTexts(new URL(`${name}/`, folder));
    return name.endsWith(".ts") ? [Deno.readTextFileSync(new URL(name, folder))] : [];
  });
}
