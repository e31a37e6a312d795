import assert from "node:assert/strict";
import { fixed, grouped, signed, withSpread } from "../../src/report/numbers.ts";

Deno.test("fixed() and signed() print no negative zero and refuse what is not finite", () => {
  assert.equal(fixed(-0.001, 2), "0.00");
  assert.equal(fixed(-1.236, 2), "-1.24");
  assert.equal(signed(-0.294, 2), "−0.29");
  assert.equal(signed(-0.004, 2), "0.00");
  assert.equal(signed(0.004, 2), "0.00");
  assert.equal(signed(1.2, 1), "+1.2");
  assert.throws(() => fixed(NaN, 2), /^Error: internal: NaN in a report$/);
  assert.throws(() => signed(Infinity, 2), /internal/);
});

Deno.test("withSpread() leaves out a spread that is not known", () => {
  assert.equal(withSpread(76.49, { spread: 0.72, decimals: 2 }), "76.49 ± 0.72");
  assert.equal(withSpread(58, { spread: null, decimals: 1 }), "58.0");
});

Deno.test("grouped() sets thousands apart", () => {
  assert.deepEqual([0, 999, 4000, 262144, 1234567].map(grouped), [
    "0",
    "999",
    "4,000",
    "262,144",
    "1,234,567",
  ]);
});
