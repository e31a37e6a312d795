import { Mt19937 } from "./mt19937.ts";

/** What one epoch of the training sampler is made from. */
export interface SamplerOptions {
  /** Images to draw from; an index is in [0, count). */
  readonly count: number;
  /** Indices to return: batch size times the steps of an epoch. */
  readonly samples: number;
  /** Zero-based; the only seed there is. */
  readonly epoch: number;
}

/**
 * The indices of one epoch in the order of USB's training sampler (`datasets/utils.py`: DistributedSampler, one process):
 * PyTorch's `randperm` from a generator seeded with the epoch, repeated until there are enough, the last one cut off.
 * Throws a RangeError if there is nothing to draw from.
 */
export function samplerOrder({ count, samples, epoch }: SamplerOptions): Int32Array {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`Expected at least one image to draw from, found ${count}`);
  }
  const generator = new Mt19937(epoch);
  const order = new Int32Array(samples);
  for (let start = 0; start < samples; start += count) {
    const permutation = randomPermutation(count, generator);
    order.set(permutation.subarray(0, Math.min(count, samples - start)), start);
  }
  return order;
}

/** `torch.randperm(count)` on the CPU: for i = 0 … n−2 swap i with i + (32 bits mod (n − i)). */
function randomPermutation(count: number, generator: Mt19937): Int32Array {
  const values = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < count - 1; i++) {
    const j = i + generator.next32() % (count - i);
    const kept = values[i]!;
    values[i] = values[j]!;
    values[j] = kept;
  }
  return values;
}
