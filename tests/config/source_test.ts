import { deepEqual, equal, match } from "node:assert/strict";
import { nodeAt, positionAt, toPlain } from "../../src/config/located.ts";
import { parseSource } from "../../src/config/source.ts";
import { userError } from "./sweep_files.ts";

const refused = (text: string) => userError(() => parseSource(text, "x.yaml"));

Deno.test("parseSource() keeps the place of every value", () => {
  const tree = parseSource("a: 1\nb:\n  - x\n  - {c: .5, d: null}\n", "x.yaml");
  deepEqual(toPlain(tree), { a: 1, b: ["x", { c: 0.5, d: null }] });
  deepEqual(positionAt(tree, ["b", 1, "c"]), { file: "x.yaml", line: 4, column: 9 });
  deepEqual(positionAt(tree, ["b", 1, "absent"]), { file: "x.yaml", line: 4, column: 5 });
});

Deno.test("parseSource() reads YAML 1.2: yes is text, 5e-4 and 0x10 are numbers", () => {
  deepEqual(toPlain(parseSource("a: yes\nb: 5e-4\nc: 0x10\nd: 2:4\n", "x.yaml")), {
    a: "yes",
    b: 5e-4,
    c: 16,
    d: "2:4",
  });
});

Deno.test("parseSource() follows aliases and keeps the anchor's place", () => {
  const tree = parseSource("a: &a [1]\nb: *a\n", "x.yaml");
  deepEqual(toPlain(tree), { a: [1], b: [1] });
  equal(positionAt(tree, ["b", 0]).line, 1);
  equal(nodeAt(tree, ["b", 1]), undefined);
});

const mistakes: Readonly<Record<string, [text: string, message: RegExp]>> = {
  "a duplicate key": ['a: 1\nb:\n  "seed": 1\n  seed: 2\n', /^x\.yaml:4:3 Duplicate key "seed"/],
  "tab indentation": ["a:\n\tb: 1\n", /^x\.yaml:2:1 Tab used as indentation/],
  "an empty file": ["", /^x\.yaml:1:1 The file is empty/],
  "a file of comments": ["# nothing\n", /^x\.yaml:1:1 The file is empty/],
  "a list at the top": ["- a\n", /^x\.yaml:1:1 Expected a map of "key: value" lines, found a list/],
  "plain text": ["words\n", /^x\.yaml:1:1 Expected a map .* found text/],
  "an open bracket": ["a: [1,\nb: 2\n", /^x\.yaml:\d+:\d+ A "\[" or "\{" .* is not closed/],
  "an open quote": ["a: 'x\n", /^x\.yaml:2:1 Not valid YAML: Missing closing/],
  "two documents": ["a: 1\n---\nb: 2\n", /^x\.yaml:2:1 A second document begins here/],
  "an unknown alias": ["a: *b\n", /^x\.yaml:1:4 Unknown alias "\*b"/],
  "an alias of itself": ["a: &a [*a]\n", /^x\.yaml:1:8 Alias "\*a" contains itself/],
  "a merge key": ["a: &a {b: 1}\nc:\n  <<: *a\n", /^x\.yaml:3:3 Merge keys \("<<"\)/],
  "a tag": ["a: !!binary aGk=\n", /^x\.yaml:1:13 .*remove the tag/],
  "a tag of one's own": ["a: !mine 1\n", /^x\.yaml:1:4 Tags .* are not used/],
  "a map as key": ["? {a: 1}\n: 2\n", /^x\.yaml:1:3 Expected a plain text as key/],
};

for (const [name, [text, message]] of Object.entries(mistakes)) {
  Deno.test(`parseSource() refuses ${name} with its place`, async () => {
    match(await refused(text), message);
  });
}

Deno.test("parseSource() refuses an alias bomb at the alias that opens it", async () => {
  const level = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(`*${of}`)}]\n`;
  const bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + level("b", "a") + level("c", "b") + level("d", "c") +
    level("e", "d") + level("f", "e");
  match(await refused(bomb), /^x\.yaml:[56]:\d+ The file holds more than 50000 values/);
});
