import { equal } from "node:assert/strict";
import { fitList } from "../../src/cli/fit.ts";

Deno.test("fitList() cuts between entries and says how many are left out", () => {
  const entries = ["module a.ts: changed", "module b.ts: changed", "module c.ts: changed"];
  const fit = (width: number) => fitList(entries, { separator: "; ", width });
  equal(fit(64), "module a.ts: changed; module b.ts: changed; module c.ts: changed");
  equal(fit(63), "module a.ts: changed; module b.ts: changed and 1 more");
  equal(fit(50), "module a.ts: changed and 2 more");
  equal(fit(10), "module a.ts: changed and 2 more");
  equal(fitList([], { separator: "; ", width: 10 }), "");
});
