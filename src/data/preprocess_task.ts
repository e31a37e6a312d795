import { copyPictures, type CopyRequest } from "./copy_pictures.ts";
import { type OpenBatch, openBatch, type OpenOptions } from "./downsampled_batch.ts";
import type { BatchFile } from "./downsampled_files.ts";
import { listPictures, type PictureHome } from "./picture_home.ts";
import { shrinkPictures, type ShrinkRequest, type ShrinkResult } from "./shrink_pictures.ts";

/** A piece of the work of making ImageNet-127; plain data, so that a worker can be sent it. */
export type PreprocessTask =
  | {
    readonly kind: "open";
    readonly batch: BatchFile;
    readonly options: Omit<OpenOptions, "signal">;
  }
  | { readonly kind: "copy"; readonly request: CopyRequest }
  | { readonly kind: "count"; readonly home: PictureHome }
  | { readonly kind: "shrink"; readonly request: ShrinkRequest };

/** What a piece of each kind gives. */
export interface PreprocessResults {
  readonly open: OpenBatch;
  readonly copy: null;
  /** Pictures in the home. */
  readonly count: number;
  readonly shrink: ShrinkResult;
}

export type PreprocessResult = PreprocessResults[keyof PreprocessResults];

/** What a piece may be told while it runs, and tell. */
export interface TaskContext {
  readonly signal: AbortSignal;
  /** How many pictures were finished since the last call. */
  readonly onProgress: (count: number) => void;
}

/** Does one piece of the work. Throws a UserError for files that are not as expected. */
export async function runPreprocessTask(
  task: PreprocessTask,
  context: TaskContext,
): Promise<PreprocessResult> {
  switch (task.kind) {
    case "open":
      return await openBatch(task.batch, { ...task.options, signal: context.signal });
    case "copy":
      await copyPictures(task.request, context);
      return null;
    case "count":
      return listPictures(task.home).length;
    case "shrink":
      return await shrinkPictures(task.request, context);
  }
}
