import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { parseHeader } from "../../../src/tensor/engines/xla/abi/c_header.ts";
import { generateTable } from "../../../src/tensor/engines/xla/abi_generate.ts";
import { header } from "./installed.ts";

const isInstalled = existsSync(header);

Deno.test({
  name: `generateTable() gives abi_table.ts from the shipped header${
    isInstalled ? "" : " (skipped: the header is not installed)"
  }`,
  ignore: !isInstalled,
  fn: async () => {
    const table = await Deno.readTextFile(
      new URL("../../../src/tensor/engines/xla/abi_table.ts", import.meta.url),
    );
    assert.equal(generateTable(parseHeader(await Deno.readTextFile(header))), table);
  },
});

const EXAMPLE = `
// A comment with struct Nothing { int x; };
#define PJRT_API_MINOR 7
typedef enum { First, Second = 5, Third, } Kind;
struct Inner { size_t struct_size; bool flag; };
typedef struct Outer {
  size_t struct_size;
  const char* name;  /* not a
  field */
  Kind kind;
  bool small;
  union {
    struct Inner inner;
    int64_t number;
    float real;
  };
  void (*deleter)(struct Outer* outer);  // out
  bool last;
} Outer;
typedef Error* (*Callback)(Kind kind);
struct Args { int count; Callback call; };
typedef void Plain(Args* args);
typedef PJRT_Error* Checked(
    Args* args);
`;

Deno.test("parseHeader() lays structs out as C does", () => {
  const { defines, enums, structs, functions } = parseHeader(EXAMPLE);
  assert.deepEqual(defines, { PJRT_API_MINOR: 7 });
  assert.deepEqual(enums, { Kind: { First: 0, Second: 5, Third: 6 } });
  assert.deepEqual(structs.Outer, {
    // The end of the last field, not the size with its padding.
    size: 49,
    fields: {
      struct_size: [0, "u64"],
      name: [8, "pointer"],
      kind: [16, "i32"],
      small: [20, "bool"],
      "inner.struct_size": [24, "u64"],
      "inner.flag": [32, "bool"],
      number: [24, "i64"],
      real: [24, "f32"],
      deleter: [40, "pointer"],
      last: [48, "bool"],
    },
  });
  assert.deepEqual(structs.Args, {
    size: 16,
    fields: { count: [0, "i32"], call: [8, "pointer"] },
  });
  assert.deepEqual(functions, { Plain: { returns: false }, Checked: { returns: true } });
});

Deno.test("parseHeader() quotes what it cannot read", () => {
  assert.throws(
    () => parseHeader("struct Odd { int list[3]; };"),
    /Cannot read the declaration "int list\[3\]"/,
  );
  assert.throws(
    () => parseHeader("struct Odd { Unknown value; };"),
    /The type Unknown is not declared/,
  );
});

Deno.test("generateTable() throws for a header without what the engine calls", () => {
  assert.throws(() => generateTable(parseHeader(EXAMPLE)), /does not declare PJRT_Api/);
});
