import { datasetFacts } from "./datasets.ts";
import { makeFromDownsampled } from "./imagenet127_downsampled.ts";
import { makeFromIlsvrc } from "./imagenet127_ilsvrc.ts";
import { writeImagenet127 } from "./imagenet127_parts.ts";
import type { PreprocessOptions } from "./make_imagenet127.ts";
import { PreprocessPool } from "./preprocess_pool.ts";

/**
 * Makes ImageNet-127: pictures as one uint8 array [N, edge, edge, 3], their group as label and their place in the source as id. Some
 * pictures for each core are in memory at a time, however many there are; goes on after the last finished piece when it was
 * stopped, with the same bytes in the end whatever the number of cores. Throws a UserError for files that are not as expected or
 * have changed since planning.
 */
export async function preprocessImagenet127(options: PreprocessOptions): Promise<void> {
  const facts = datasetFacts(options.dataset);
  if (facts === undefined) throw new Error(`internal: no facts of ${options.dataset}`);
  await Deno.mkdir(options.checkpoints, { recursive: true });
  const pool = new PreprocessPool(options.threads);
  try {
    const make = { ...options, edge: facts.size, pool };
    const { source, ...parts } =
      await (options.kind === "ilsvrc" ? makeFromIlsvrc(make) : makeFromDownsampled(make));
    await writeImagenet127(parts, { ...options, source });
  } finally {
    pool.close();
  }
}
