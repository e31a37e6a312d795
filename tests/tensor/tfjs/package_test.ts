import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import {
  CATALOGUE,
  defaultPlaces,
  locateNodePackage,
  NODE_PACKAGE,
  type Places,
} from "../../../src/engines/mod.ts";
import { openEngine } from "../../../src/tensor/engines/select.ts";
import { createTfjsEngine } from "../../../src/tensor/engines/tfjs/mod.ts";
import { builtPackage, reasonAgainst } from "./built_package.ts";

const threads = 1;

/** An engines' folder with these files of the package. */
async function withPackage(
  files: Readonly<Record<string, string | Uint8Array>>,
  test: (places: Places) => Promise<void> | void,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, content] of Object.entries(files)) {
      const full = join(root, "tfjs-node-gpu", "node_modules", NODE_PACKAGE, path);
      await Deno.mkdir(dirname(full), { recursive: true });
      await Deno.writeFile(
        full,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
    }
    await test({ ...defaultPlaces(), catalogue: CATALOGUE, root });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function refuses(places: Places, message: RegExp): Promise<void> {
  return assert.rejects(openEngine("tfjs-node-gpu", { threads, places }), {
    name: "UserError",
    message,
  });
}

const version = JSON.stringify({
  name: NODE_PACKAGE,
  version: "4.22.0",
  main: "dist/index.js",
});
const addon = "lib/napi-v8/tfjs_binding.node";

Deno.test("openEngine() says how to install the package where it is not", () =>
  withPackage(
    {},
    (places) =>
      refuses(
        places,
        /"tfjs-node-gpu" cannot be used: it is not installed; to install it: npm install --prefix .*tfjs-node-gpu @tensorflow\/tfjs-node-gpu@4\.22\.0$/,
      ),
  ));

Deno.test("openEngine() never takes the package for auto", () =>
  withPackage({ "package.json": version, [addon]: "" }, async (places) => {
    const engine = await openEngine("auto", { threads, places });
    assert.equal(engine.name, "wasm");
    engine.close();
  }));

Deno.test("openEngine() names what is wrong with the package, and loads nothing of it", async () => {
  await withPackage({ "README.md": "" }, (places) => refuses(places, /holds no npm package/));
  await withPackage({ "package.json": "{" }, (places) => refuses(places, /holds no npm package/));
  await withPackage(
    { "package.json": '{"version": "4.20.0"}' },
    (places) => refuses(places, /is version 4\.20\.0, expected 4\.22\.0/),
  );
  await withPackage(
    { "package.json": version, "lib/napi-v8/README": "" },
    (places) => refuses(places, /lacks its addon: the package's install script did not end well/),
  );
});

Deno.test({
  name:
    "locateNodePackage() finds an addon or a TensorFlow that is truncated or for another processor",
  ignore: reasonAgainst !== undefined,
  fn: async () => {
    const whole = await Deno.readFile(
      join(await builtPackage(), "node_modules", NODE_PACKAGE, addon),
    );
    const files = { "package.json": version, [addon]: whole };
    const other = Deno.build.arch === "x86_64" ? "aarch64" : "x86_64";
    const reasonOf = (places: Places) => {
      const found = locateNodePackage(places);
      return found.state === "broken" ? found.reason : found.state;
    };
    await withPackage(files, (places) => {
      assert.equal(reasonOf(places), "ready");
      assert.match(reasonOf({ ...places, arch: other }), /tfjs_binding\.node .*(x86_64|aarch64)/);
    });
    await withPackage({ ...files, [addon]: whole.slice(0, 5000) }, (places) => {
      assert.match(reasonOf(places), /tfjs_binding\.node is truncated/);
    });
    await withPackage({ ...files, "deps/lib/libtensorflow.so.2": "" }, (places) => {
      assert.match(reasonOf(places), /libtensorflow\.so\.2 /);
    });
  },
});

Deno.test("createTfjsEngine() refuses what cannot be loaded, and a number of threads below 1", async () => {
  await withPackage(
    { "package.json": version, "dist/index.js": "throw new Error('no CUDA')" },
    ({ root }) =>
      assert.rejects(createTfjsEngine({ directory: join(root, "tfjs-node-gpu"), threads }), {
        name: "UserError",
        message: /@tensorflow\/tfjs-node-gpu in .* cannot be loaded: no CUDA$/,
      }),
  );
  await assert.rejects(createTfjsEngine({ directory: "/nowhere", threads: 0 }), RangeError);
});
