/** Whether a name fits a pattern in which `*` stands for any letters, also none. */
export function matchesPattern(pattern: string, name: string): boolean {
  if (!pattern.includes("*")) return pattern === name;
  const source = pattern.split("*").map((part) => RegExp.escape(part)).join(".*");
  return new RegExp(`^${source}$`).test(name);
}
