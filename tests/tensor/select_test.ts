import { equal, match, rejects } from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CATALOGUE, defaultPlaces, type Places } from "../../src/engines/mod.ts";
import { openEngine } from "../../src/tensor/engines/select.ts";

/** A place where no engine is installed, or what `prepare` makes of it. */
async function withPlaces(
  test: (places: Places) => Promise<void>,
  prepare: (root: string) => void = () => {},
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    prepare(root);
    await test({ ...defaultPlaces(), catalogue: CATALOGUE, root });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const threads = 1;
const onLinux = Deno.build.os === "linux";

Deno.test("openEngine() opens wasm by name and where nothing else is installed", () =>
  withPlaces(async (places) => {
    const engine = await openEngine("auto", { threads, places });
    equal(engine.name, "wasm");
    match(engine.digest, /^[0-9a-f]{64}$/);
    equal((await openEngine("wasm", { threads })).digest, engine.digest);
  }));

Deno.test("openEngine() refuses names that are unknown or not installed", () =>
  withPlaces(async (places) => {
    const refused = (name: string, message: RegExp) =>
      rejects(openEngine(name, { threads, places }), { name: "UserError", message });
    await refused("wasm:cuda", /Unknown engine "wasm:cuda"/);
    await refused("xla:cuda:one", /Unknown engine "xla:cuda:one"/);
    await refused("xla:cpu:1", /Unknown engine "xla:cpu:1"/);
    await refused("cuda", /Unknown engine "cuda".*auto, wasm, tensorflow, xla/);
    if (!onLinux) return;
    await refused("tensorflow", /not installed; .*: deno task engine install tensorflow$/);
    await refused("xla:cuda:1", /engine "cuda" cannot be used.*engine install cuda$/);
    await refused("xla:cpu", /engine "xla" cannot be used/);
    await refused("xla", /not installed; .*: deno task engine install xla$/);
  }));

Deno.test({
  name: "openEngine() never loads a broken engine: an error by name, passed over by auto",
  ignore: !onLinux,
  fn: () =>
    withPlaces(async (places) => {
      const lines: string[] = [];
      const say = (line: string) => void lines.push(line);
      await rejects(openEngine("tensorflow", { threads, places }), {
        name: "UserError",
        message: /"tensorflow" cannot be used: half-installed: .*; to install it anew: deno task/,
      });
      equal((await openEngine("auto", { threads, places, say })).name, "wasm");
      equal(lines.length, 1);
      match(lines[0]!, /^the engine tensorflow is not used: half-installed/);
    }, (root) => Deno.mkdirSync(join(root, "tensorflow-2.21.0"))),
});

const library = ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6"]
  .find((path) => existsSync(path));

Deno.test({
  name: "openEngine() passes over a library that does not load, in auto",
  ignore: library === undefined,
  fn: () =>
    withPlaces(async (places) => {
      const lines: string[] = [];
      const say = (line: string) => void lines.push(line);
      equal((await openEngine("auto", { threads, places, say })).name, "wasm");
      match(
        lines.join("\n"),
        /^the engine xla is not used: .*xla_cpu_pjrt\.so: .*cannot be loaded/,
      );
    }, installForeign),
});

/** The mathematics library, installed as if it were XLA: whole, for this processor, and no plugin. */
function installForeign(root: string): void {
  const engine = CATALOGUE.find(({ name }) => name === "xla")!;
  const { os, arch } = Deno.build;
  const build = engine.builds.find((one) => one.arch === arch)!;
  const directory = join(root, `xla-${engine.version}`);
  Deno.mkdirSync(directory);
  const [path = ""] = build.libraries;
  const bytes = Deno.readFileSync(library!);
  Deno.writeFileSync(join(directory, path), bytes);
  const manifest = {
    ...{ format: 1, engine: "xla", version: engine.version, os, arch },
    wheels: build.wheels.map(({ file, sha256 }) => ({ file, sha256 })),
    files: [{ path, bytes: bytes.length, sha256: "0".repeat(64) }],
  };
  Deno.writeTextFileSync(join(directory, "manifest.json"), JSON.stringify(manifest));
}
