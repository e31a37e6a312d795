import assert from "node:assert/strict";
import { join } from "node:path";
import { withCudaData } from "../../../src/tensor/engines/xla/cuda_data.ts";

Deno.test("withCudaData() names the folder of the nvidia wheels beside the plugin", async () => {
  const packages = await Deno.makeTempDir();
  const plugin = join(packages, "jax_plugins", "xla_cuda13", "xla_cuda_plugin.so");
  const flag = "--xla_gpu_cuda_data_dir=";
  try {
    assert.equal(withCudaData("", plugin), "");
    assert.equal(withCudaData("--a=1", plugin), "--a=1");
    const folder = join(packages, "nvidia", "cu13");
    await Deno.mkdir(join(folder, "bin"), { recursive: true });
    await Deno.writeTextFile(join(folder, "bin", "ptxas"), "");
    assert.equal(withCudaData("", plugin), `${flag}${folder}`);
    assert.equal(withCudaData("--a=1", plugin), `--a=1 ${flag}${folder}`);
    assert.equal(withCudaData(`${flag}/other`, plugin), `${flag}/other`);
  } finally {
    await Deno.remove(packages, { recursive: true });
  }
});
