import assert from "node:assert/strict";
import { parseNpyList } from "../../src/data/npy.ts";
import { UserError } from "../../src/errors.ts";
import { indexFile, npy } from "./npy_fixtures.ts";

function refused(bytes: Uint8Array, message: RegExp): void {
  assert.throws(() => parseNpyList(bytes, "a.npy"), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, /^a\.npy: /);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("parseNpyList() reads integers of every width", () => {
  assert.deepEqual(parseNpyList(indexFile([5, 0, 49_999, -1]), "a.npy"), [5, 0, 49_999, -1]);
  const small = Int32Array.of(7, -8);
  const bytes = new Uint8Array(small.buffer);
  assert.deepEqual(parseNpyList(npy(bytes, { descr: "<i4", shape: [2] }), "a.npy"), [7, -8]);
  const unsigned = npy(Uint8Array.of(200, 1), { descr: "|u1", shape: [2] });
  assert.deepEqual(parseNpyList(unsigned, "a.npy"), [200, 1]);
  // What `np.save("a.npy", np.array([3, 1]))` of numpy 2.4 writes.
  const literal = new Uint8Array([
    ...new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 0x76, 0]),
    ...new TextEncoder().encode(
      `{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }${" ".repeat(60)}\n`,
    ),
    ...[3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
  ]);
  assert.deepEqual(parseNpyList(literal, "a.npy"), [3, 1]);
});

Deno.test("parseNpyList() refuses everything else, and names the file", () => {
  const good = indexFile([1, 2, 3]);
  refused(new TextEncoder().encode("hello, I am no array"), /expected an \.npy array/);
  refused(good.subarray(0, good.length - 1), /expected 3 values of 8 bytes, found 23/);
  refused(good.subarray(0, 40), /header is truncated/);
  refused(new Uint8Array([...good, 0]), /found 25 bytes/);
  refused(npy(new Uint8Array(8), { descr: "|O", shape: [1] }), /"\|O": objects would run code/);
  refused(npy(new Uint8Array(8), { descr: "<f8", shape: [1] }), /integers, found the type "<f8"/);
  refused(npy(new Uint8Array(8), { descr: ">i8", shape: [1] }), /little-endian/);
  refused(npy(new Uint8Array(32), { descr: "<i8", shape: [2, 2] }), /one dimension.*\(2, 2\)/);
  const header =
    "{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': (1,), }";
  refused(npy(new Uint8Array(8), { descr: "", shape: [], header }), /not an \.npy header/);
  refused(indexFile([2 ** 60]), /beyond 2\^53/);
  const version = good.slice();
  version[6] = 9;
  refused(version, /version 1 to 3, found 9/);
});
