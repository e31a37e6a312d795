import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Project } from "./project.ts";

/** Runs a script as root of a new user and mount namespace. */
async function inNamespace(
  script: string,
): Promise<{ success: boolean; lines: string[]; errors: string }> {
  try {
    const { success, stdout, stderr } = await new Deno.Command("unshare", {
      args: ["-rm", "sh", "-ec", script],
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
    }).output();
    const decoder = new TextDecoder();
    const lines = decoder.decode(stdout).trim().split("\n");
    return { success, lines, errors: decoder.decode(stderr) };
  } catch (error) {
    return { success: false, lines: [], errors: String(error) };
  }
}

const allowed = (await inNamespace("mount -t tmpfs -o size=64k tmpfs /mnt")).success;

Deno.test({
  name: "execute() on a full disk stops with a clear error and loses nothing that was done",
  ignore: !allowed,
  async fn() {
    using project = await Project.make();
    Deno.mkdirSync(project.store);
    const script = fileURLToPath(new URL("fixtures/full_disk.ts", import.meta.url));
    const run = `${Deno.execPath()} run --quiet --no-prompt -A ${script} ${project.root}`;
    const { lines, errors, success } = await inNamespace(`
      mount -t tmpfs -o size=1500k tmpfs ${project.store}
      ${run}
      ls ${project.store}/tmp | wc -l
      mount -o remount,size=16m ${project.store}
      ${run}`);
    assert.ok(success, errors);
    const first = JSON.parse(lines[0]!) as { ran: string[]; failed: string[] };
    assert.deepEqual(first.ran, ["small"], lines.join("\n"));
    assert.match(first.failed.join("\n"), /^large: the disk that holds .* is full: .*os error 28/);
    assert.equal(lines[1]!.trim(), "0", "the half-written result is gone");
    assert.deepEqual(JSON.parse(lines[2]!), {
      ran: ["large", "join"],
      cached: ["small"],
      failed: [],
    });
  },
});
