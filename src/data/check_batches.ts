import { UserError } from "../errors.ts";
import { openBatch } from "./downsampled_batch.ts";
import { BATCH_NAMES, type BatchFile } from "./downsampled_files.ts";

/** Pictures of a data set's two parts. */
export interface PartCounts {
  readonly train: number;
  readonly test: number;
}

/**
 * Opens every batch of downsampled ImageNet as the stage does, what is packed in a temporary folder, and counts the pictures. This is
 * what can be checked where no hash is published: a changed pixel is not found unless a zip archive holds its check sum. Throws a
 * UserError for what `openBatch` refuses, and for other numbers of pictures than expected.
 */
export async function checkBatches(folder: string, { batches, edge, expected }: {
  readonly batches: readonly BatchFile[];
  readonly edge: number;
  readonly expected: PartCounts;
}): Promise<void> {
  const counts = new Map<string, number>();
  const scratch = await Deno.makeTempDir();
  const { signal } = new AbortController();
  try {
    for (const batch of batches) {
      const { labels } = await openBatch(batch, { folder, edge, scratch, signal });
      counts.set(batch.name, labels.length);
    }
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
  const test = counts.get("val_data")!;
  const train = BATCH_NAMES.reduce((sum, name) => sum + counts.get(name)!, -test);
  if (train === expected.train && test === expected.test) return;
  const each = BATCH_NAMES.map((name) => `${name} ${counts.get(name)}`).join(", ");
  throw new UserError(
    `${folder}: expected ${expected.train} training and ${expected.test} validation pictures, found ${train} and ${test} (${each})`,
  );
}
