import assert from "node:assert/strict";
import { join } from "node:path";
import { givenXlaFlags } from "../../../src/tensor/engines/xla/xla_flags.ts";
import { inTemporaryDirectory } from "../../data/fixtures.ts";

Deno.test("givenXlaFlags() reads the file that stands in place of flags", () =>
  inTemporaryDirectory(async (folder) => {
    const path = join(folder, "flags.txt");
    for (const flags of ["", " ", "--a=1", " --a=1 --b"]) assert.equal(givenXlaFlags(flags), flags);
    await Deno.writeTextFile(path, "--a=2\n--b=3\n");
    assert.equal(givenXlaFlags(path), "--a=2\n--b=3\n");
    for (const path of [join(folder, "other.txt"), folder]) {
      assert.throws(() => givenXlaFlags(path), {
        name: "UserError",
        message: `XLA_FLAGS: expected flags that begin with "--", or the path of a file of them; ` +
          `cannot read a file "${path}"`,
      });
    }
  }));
