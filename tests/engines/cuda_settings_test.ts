import { deepEqual, throws } from "node:assert/strict";
import { cudaSettings } from "../../src/engines/mod.ts";

const FRACTION = "RETABLE_CUDA_MEMORY_FRACTION";
const PREALLOCATE = "RETABLE_CUDA_PREALLOCATE";
const DETERMINISTIC = "RETABLE_CUDA_DETERMINISTIC";

/** The settings of an environment with these variables. */
function settingsOf(variables: Readonly<Record<string, string>>) {
  return cudaSettings((name) => variables[name]);
}

Deno.test("cudaSettings() reads what is set, and nothing else", () => {
  deepEqual(settingsOf({}), {});
  deepEqual(settingsOf({ [FRACTION]: "", [PREALLOCATE]: "", [DETERMINISTIC]: "" }), {});
  deepEqual(settingsOf({ [FRACTION]: "0.4", [PREALLOCATE]: "0", [DETERMINISTIC]: "1" }), {
    ...{ memoryFraction: 0.4, preallocate: false, deterministic: true },
  });
  deepEqual(settingsOf({ [FRACTION]: "1", [PREALLOCATE]: "1", [DETERMINISTIC]: "0" }), {
    ...{ memoryFraction: 1, preallocate: true, deterministic: false },
  });
});

Deno.test("cudaSettings() refuses values that mean nothing", () => {
  for (const text of ["0", "-0.5", "1.01", "40%", "NaN", "Infinity"]) {
    throws(() => settingsOf({ [FRACTION]: text }), {
      name: "UserError",
      message: `The environment's ${FRACTION}: expected a number above 0 to 1, found "${text}"`,
    });
  }
  for (const name of [PREALLOCATE, DETERMINISTIC]) {
    throws(() => settingsOf({ [name]: "yes" }), {
      name: "UserError",
      message: `The environment's ${name}: expected 0 or 1, found "yes"`,
    });
  }
});
