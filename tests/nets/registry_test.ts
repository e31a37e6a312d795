import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { isNet, netFeatures, netModule, parseNet } from "../../src/nets/registry.ts";

Deno.test("parseNet() takes depth and width apart", () => {
  deepStrictEqual(parseNet("wrn-28-2"), {
    kind: "wrn",
    depth: 28,
    width: 2,
    classwiseNorm: false,
  });
  strictEqual(parseNet("wrn-10-1-cbn").classwiseNorm, true);
});

Deno.test("parseNet() takes a ResNet for small images apart", () => {
  const full = { kind: "resnet", depth: 50, width: 64, classwiseNorm: false } as const;
  deepStrictEqual(parseNet("resnet-50-small"), full);
  deepStrictEqual(parseNet("resnet-14-small-w4-cbn"), {
    kind: "resnet",
    depth: 14,
    width: 4,
    classwiseNorm: true,
  });
  strictEqual(netFeatures("resnet-50-small"), 2048);
});

Deno.test("parseNet() says what is wrong", () => {
  throws(() => parseNet("resnet-18-small"), /depth 14 or 50, found 18/);
  throws(() => parseNet("resnet-50-small-w0"), /found 0/);
  throws(() => parseNet("resnet-50"), /found "resnet-50"/);
  throws(() => parseNet("wrn-12-1"), /found 12/);
  throws(() => parseNet("wrn-4-1"), /found 4/);
  throws(() => parseNet("wrn-10-0"), /found 0/);
  strictEqual(isNet("wrn-10-1"), true);
  strictEqual(isNet("wrn-11-1"), false);
});

Deno.test("netModule() is a file that exists", async () => {
  for (const id of ["wrn-10-1", "resnet-50-small"]) {
    strictEqual((await Deno.stat(new URL(netModule(id)))).isFile, true);
  }
});
