import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { isPipeline, parsePipeline } from "../../src/augment/pipeline.ts";

Deno.test("parsePipeline() fills in defaults and takes numbers", () => {
  deepStrictEqual(parsePipeline("crop|flip(1)|contrast(0.5, 2)"), [
    { op: "crop", args: [0.125] },
    { op: "flip", args: [1] },
    { op: "contrast", args: [0.5, 2] },
  ]);
  deepStrictEqual(parsePipeline("plain"), []);
  deepStrictEqual(parsePipeline("simple").map(({ op }) => op), [
    "crop",
    "flip",
    "brightness",
    "contrast",
    "color",
    "cutout",
  ]);
});

Deno.test("parsePipeline() names what it does not know", () => {
  throws(() => parsePipeline("crop|flop"), /found "flop"/);
  throws(() => parsePipeline("crop||flip"), RangeError);
  throws(() => parsePipeline("flip(1,2)"), /flip\(probability\)/);
  throws(() => parsePipeline("crop(-1)"), RangeError);
  throws(() => parsePipeline("toString"), RangeError);
  strictEqual(isPipeline("crop|flip"), true);
  strictEqual(isPipeline("autoaugment"), false);
});

Deno.test("parsePipeline() takes a variant after or in place of the numbers", () => {
  deepStrictEqual(parsePipeline("crop(zero)"), [{ op: "crop", args: [0.125], variant: "zero" }]);
  deepStrictEqual(parsePipeline("crop(0.25, zero)"), [
    { op: "crop", args: [0.25], variant: "zero" },
  ]);
  deepStrictEqual(parsePipeline("randaugment").map(({ op }) => op), [
    "crop",
    "flip",
    "randaugment",
  ]);
  throws(() => parsePipeline("flip(zero)"), RangeError);
  throws(() => parsePipeline("crop(0.1,none)"), /or "zero", found/);
});
