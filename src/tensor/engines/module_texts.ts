/** The texts of a module, or of all modules below a folder (a URL that ends in a slash) in the order of their paths, but those named `except`. */
export function moduleTexts(place: URL, options: { readonly except?: string } = {}): string[] {
  if (!place.href.endsWith("/")) return [Deno.readTextFileSync(place)];
  const entries = [...Deno.readDirSync(place)].sort((a, b) => a.name < b.name ? -1 : 1);
  return entries.flatMap(({ name, isDirectory }) => {
    if (isDirectory) return moduleTexts(new URL(`${name}/`, place), options);
    return name.endsWith(".ts") && name !== options.except ? moduleTexts(new URL(name, place)) : [];
  });
}
