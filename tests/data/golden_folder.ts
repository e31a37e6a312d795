/** Where the golden values lie: the folder named by GOLDEN, else the shared one if it is there, else null (tests are skipped). */
export function goldenFolder(): URL | null {
  const named = Deno.env.get("GOLDEN");
  if (named !== undefined && named !== "") {
    return new URL(`file://${Deno.realPathSync(named)}/`);
  }
  const shared = new URL("../../../shared/golden/", import.meta.url);
  try {
    Deno.statSync(shared);
    return shared;
  } catch {
    return null;
  }
}

/** A golden JSON file; its shape is the caller's to know. */
export function readGolden<T>(name: string): T {
  const folder = goldenFolder();
  if (folder === null) throw new Error("internal: no golden values");
  return JSON.parse(Deno.readTextFileSync(new URL(name, folder)));
}
