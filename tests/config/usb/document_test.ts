import { equal, ok } from "node:assert/strict";
import { keyTables } from "../../../src/config/usb/mod.ts";

Deno.test("keyTables() is what docs/usb.md ends with", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/usb.md", import.meta.url));
  const start = page.indexOf("### Mapped");
  ok(start > 0, "docs/usb.md has no tables of keys");
  equal(page.slice(start), keyTables());
});
