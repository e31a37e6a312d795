import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { isNet, netModule, parseNet } from "../../src/nets/registry.ts";

Deno.test("parseNet() takes depth and width apart", () => {
  deepStrictEqual(parseNet("wrn-28-2"), {
    kind: "wrn",
    depth: 28,
    width: 2,
    classwiseNorm: false,
  });
  strictEqual(parseNet("wrn-10-1-cbn").classwiseNorm, true);
});

Deno.test("parseNet() says what is wrong", () => {
  throws(() => parseNet("resnet-50"), /found "resnet-50"/);
  throws(() => parseNet("wrn-12-1"), /found 12/);
  throws(() => parseNet("wrn-4-1"), /found 4/);
  throws(() => parseNet("wrn-10-0"), /found 0/);
  strictEqual(isNet("wrn-10-1"), true);
  strictEqual(isNet("wrn-11-1"), false);
});

Deno.test("netModule() is a file that exists", async () => {
  strictEqual((await Deno.stat(new URL(netModule("wrn-10-1")))).isFile, true);
});
