import { samplerOrder } from "../data/sampler_order.ts";

/** What the order of training images depends on. */
export interface EpochOrderOptions {
  readonly epochSteps: number;
  /** Labelled images a step, and how many there are; they come first among the training images. */
  readonly batch: number;
  readonly labelledCount: number;
  /** Unlabelled images a step; 0 if the method reads none. */
  readonly unlabelledBatch: number;
  readonly unlabelledCount: number;
}

/** Image indices of each step in USB's order: both loaders start an epoch with a generator seeded by its number. */
export class EpochOrder {
  readonly #options: EpochOrderOptions;
  #drawn: { epoch: number; labelled: Int32Array; unlabelled: Int32Array } | undefined;

  constructor(options: EpochOrderOptions) {
    this.#options = options;
  }

  /** Indices into the training images for a step. */
  at(step: number): { labelled_indices: Int32Array; unlabelled_indices?: Int32Array } {
    const { epochSteps, batch, unlabelledBatch } = this.#options;
    const { labelled, unlabelled } = this.#epoch(Math.floor(step / epochSteps));
    const within = step % epochSteps;
    const labelled_indices = labelled.slice(within * batch, (within + 1) * batch);
    if (unlabelledBatch === 0) return { labelled_indices };
    const unlabelled_indices = unlabelled.slice(
      within * unlabelledBatch,
      (within + 1) * unlabelledBatch,
    );
    return { labelled_indices, unlabelled_indices };
  }

  #epoch(epoch: number) {
    if (this.#drawn?.epoch !== epoch) {
      const { epochSteps, batch, labelledCount, unlabelledBatch, unlabelledCount } = this.#options;
      const samples = epochSteps * unlabelledBatch;
      this.#drawn = {
        epoch,
        labelled: samplerOrder({ count: labelledCount, samples: epochSteps * batch, epoch }),
        unlabelled: samples === 0
          ? new Int32Array()
          : samplerOrder({ count: unlabelledCount, samples, epoch }).map((i) => i + labelledCount),
      };
    }
    return this.#drawn;
  }
}
