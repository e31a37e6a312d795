import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { resolveTarget, targets } from "../../src/config/mod.ts";
import { userError } from "./sweep_files.ts";

const root = join(import.meta.dirname!, "..", "..");
const of = (target: string) => resolveTarget(target, { root, cwd: root });

Deno.test("resolveTarget() finds the sweep file and tables of a target", () => {
  deepEqual(of("table3"), {
    target: "table3",
    file: join(root, "configs", "paper.yaml"),
    tables: ["table3"],
  });
  equal(of("smoke").file, join(root, "configs", "smoke.yaml"));
  equal(of("all").tables, null);
  equal(targets.length, 10);
});

Deno.test("resolveTarget() takes the path of a sweep file", () => {
  deepEqual(of("configs/cifar10.yaml"), {
    target: "cifar10",
    file: join(root, "configs", "cifar10.yaml"),
    tables: null,
  });
});

Deno.test("resolveTarget() refuses unknown targets, later ones and absent files", async () => {
  equal(await userError(() => of("tabel1")), 'Unknown target "tabel1": did you mean "table1"?');
  match(
    await userError(() => of("figure3")),
    /"figure3" is not available yet: expected one of smoke/,
  );
  equal(
    await userError(() => of("configs/no.yaml")),
    "configs/no.yaml: no such file; check the path",
  );
});
