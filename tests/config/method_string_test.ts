import { deepEqual, equal, throws } from "node:assert/strict";
import { formatMethod, parseMethod } from "../../src/config/mod.ts";

Deno.test("parseMethod() puts plug-ins in the paper's order", () => {
  equal(parseMethod("fixmatch+darp+la").id, "fixmatch+la+darp");
  equal(parseMethod("fixmatch+abc+cdmad").id, "fixmatch+cdmad+abc");
  equal(parseMethod("fixmatch+zeta+alpha+la").id, "fixmatch+la+alpha+zeta");
});

Deno.test("parseMethod() reads parameters: numbers, words, none, lists", () => {
  deepEqual(parseMethod("fixmatch+scssl@c=6,tau=2:none,anchor=auto,p=.95,on=true"), {
    id: "fixmatch+scssl",
    params: { c: 6, tau: [2, null], anchor: "auto", p: 0.95, on: true },
  });
});

Deno.test("formatMethod() undoes parseMethod() and sorts parameters", () => {
  const text = "fixmatch+scssl@c=6,tau=2:4";
  equal(formatMethod(parseMethod("fixmatch+scssl@tau=2:4,c=6.0")), text);
  equal(formatMethod(parseMethod(text)), text);
  equal(formatMethod(parseMethod("supervised")), "supervised");
});

Deno.test("parseMethod() refuses what is no method", () => {
  for (
    const text of [
      "",
      "Fix Match",
      "fixmatch+",
      "fixmatch@c=1@d=2",
      "fixmatch@",
      "fixmatch@c=1,c=2",
    ]
  ) {
    throws(() => parseMethod(text), RangeError, text);
  }
});
