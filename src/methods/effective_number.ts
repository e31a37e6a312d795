/**
 * Class weights by effective number of samples: β = (N̄ − 1)/N̄, w_k = (1 − β)/(1 − β^{c_k}), scaled to the sum K.
 * A class without samples counts as one. Source: SAW (Lai et al. 2022; USB, semilearn/imb_algorithms/saw).
 */
export function effectiveNumberWeights(counts: readonly number[]): number[] {
  const present = counts.map((count) => Math.max(count, 1));
  const mean = present.reduce((sum, count) => sum + count, 0) / present.length;
  const beta = (mean - 1) / mean;
  const weights = present.map((count) => (1 - beta) / (1 - Math.pow(beta, count)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => (weight * weights.length) / sum);
}
