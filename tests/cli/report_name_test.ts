import { equal } from "node:assert/strict";
import { join } from "node:path";
import { project } from "../../src/cli/flags.ts";
import { reportName } from "../../src/cli/session.ts";
import { inWorkplace } from "./command.ts";

Deno.test("reportName() keeps the targets' names for the project's own sweep files", async () => {
  const files = { "a/paper.yaml": "", "b/mine.yaml": "", "table1.yaml": "", "smoke.yaml": "" };
  await inWorkplace(files, ({ folder }) => {
    const name = (file: string, table: string, profile = "paper") =>
      reportName({ file, profile }, table);
    const own = (file: string) => join(project, "configs", file);
    equal(name(own("paper.yaml"), "table1"), "table1");
    equal(name(own("paper.yaml"), "table1", "mini"), "table1.mini");
    equal(name(own("cifar10.yaml"), "table1"), "cifar10.table1");
    equal(name(own("smoke.yaml"), "smoke"), "smoke");
    equal(name(join(folder, "a/paper.yaml"), "table1"), "paper.table1");
    equal(name(join(folder, "a/paper.yaml"), "table1", "mini"), "paper.table1.mini");
    equal(name(join(folder, "b/mine.yaml"), "mine"), "mine");
    equal(name(join(folder, "b/mine.yaml"), "other"), "mine.other");
    equal(name(join(folder, "table1.yaml"), "table1"), "table1.table1");
    equal(name(join(folder, "smoke.yaml"), "smoke"), "smoke.smoke");
    return Promise.resolve();
  });
});
