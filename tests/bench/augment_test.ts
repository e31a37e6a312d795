import { deepEqual, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { permissions } from "../cli/command.ts";

const script = fileURLToPath(new URL("../../bench/augment.ts", import.meta.url));

interface Row {
  readonly engine: string;
  readonly device: string;
  readonly images_per_second: number | null;
  readonly ratio: number | null;
  readonly step_share: number | null;
  readonly rounds: number;
  readonly not_run?: string;
}

Deno.test("bench augment measures the engines without torchvision, and says that it is not there", async () => {
  const own = ["--rounds=1", "--no-step", "--threads=1", "--python=no-such-python", "--json"];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", ...permissions, script, ...own],
    stdin: "null",
    stderr: "inherit",
  }).output();
  deepEqual(code, 0);
  const rows: Row[] = JSON.parse(new TextDecoder().decode(stdout));
  deepEqual(rows.map(({ engine, device }) => `${engine} ${device}`), [
    "torchvision cpu",
    "wasm cpu",
    "tensorflow cpu",
    "xla cpu",
    "xla cuda",
  ]);
  const [torchvision, wasm] = rows;
  deepEqual(
    [torchvision!.images_per_second, torchvision!.not_run],
    [null, "not installed: there is no no-such-python"],
  );
  ok(wasm!.images_per_second! > 0);
  for (
    const { images_per_second: speed, ratio, step_share: share, rounds, not_run: reason } of rows
  ) {
    deepEqual([ratio, share], [null, null]); // nothing to compare with
    deepEqual([rounds, speed === null], reason === undefined ? [1, false] : [0, true]);
  }
});
