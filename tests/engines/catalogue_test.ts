import { deepEqual, equal, match, ok } from "node:assert/strict";
import { CATALOGUE } from "../../src/engines/mod.ts";
import { targetOf } from "../../src/engines/unpack.ts";
import { LIBRARY_FILES, TENSORFLOW_VERSION } from "../../src/tensor/engines/tensorflow/mod.ts";

Deno.test("CATALOGUE pins one file of each project, for the platform it is listed under", () => {
  const hashes = new Set<string>();
  for (const { name, builds } of CATALOGUE) {
    const platforms = builds.map(({ os, arch }) => `${os} ${arch}`);
    deepEqual([...new Set(platforms)], platforms, name);
    for (const { arch, wheels } of builds) {
      for (const { project, version, file, sha256, bytes } of wheels) {
        const [distribution, fileVersion] = file.split("-");
        equal(distribution, project.replaceAll("-", "_"));
        equal(fileVersion, version);
        match(file, new RegExp(`^[^-]+-[^-]+-(py3-none|cp312-cp312)-manylinux.*_${arch}\\.whl$`));
        match(sha256, /^[0-9a-f]{64}$/);
        ok(bytes > 1e6, file);
        ok(!hashes.has(sha256), `${file} has another wheel's hash`);
        hashes.add(sha256);
      }
    }
  }
});

Deno.test("CATALOGUE has TensorFlow as the engine wants it", () => {
  const engine = CATALOGUE.find(({ name }) => name === "tensorflow")!;
  equal(engine.version, TENSORFLOW_VERSION);
  for (const { libraries } of engine.builds) deepEqual(libraries, LIBRARY_FILES);
});

Deno.test("CATALOGUE lists no platform as tested that was not", () => {
  const tested = CATALOGUE.flatMap(({ name, builds }) =>
    builds.filter((build) => build.tested === "tested").map(({ os, arch }) =>
      `${name} ${os} ${arch}`
    )
  );
  deepEqual(tested, ["tensorflow linux x86_64", "xla linux x86_64"]);
});

Deno.test("targetOf() keeps libraries, tools and bit code of a folder, and nothing else", () => {
  const unpack = { "nvidia/": "nvidia/", "a/b.so": "b.so" };
  for (
    const path of [
      "nvidia/cu13/lib/libcublas.so.13",
      "nvidia/cudnn/lib/libcudnn.so.9",
      "nvidia/cu13/bin/ptxas",
      "nvidia/cu13/nvvm/libdevice/libdevice.10.bc",
    ]
  ) {
    equal(targetOf(path, unpack), path);
  }
  equal(targetOf("a/b.so", unpack), "b.so");
  for (
    const path of ["nvidia/cu13/include/cuda.h", "nvidia/cu13/lib/libcudart_static.a", "a/c.so"]
  ) {
    equal(targetOf(path, unpack), null);
  }
});
