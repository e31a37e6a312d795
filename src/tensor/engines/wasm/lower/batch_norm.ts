import { elementCount } from "../../../program.ts";
import type { Lower } from "../lowering.ts";
import { cut } from "../parts.ts";

/** Rows that a kernel sums at a time: parts are multiples of it. */
const BLOCK_ROWS = 64;

/** The kernels take channels in fours. */
function sizes(shape: readonly number[]) {
  const channels = shape.at(-1) ?? 1;
  const rows = elementCount(shape) / channels;
  return channels % 4 ? undefined : { channels, rows, parts: cut(rows, BLOCK_ROWS) };
}

const forward: Lower = (view, { kernels, pool, scratch, isUsed }) => {
  const size = sizes(view.inSpec(0).shape);
  if (!size) return undefined;
  const { rows, channels, parts } = size;
  const [x, gamma, beta] = [view.in(0), view.in(1), view.in(2)];
  const [y, mean, variance] = [view.out(0), view.out(1), view.out(2)];
  const [epsilon, alpha] = [view.attributes.number("epsilon"), view.attributes.number("alpha")];
  const [rstd, moments] = [scratch(4 * channels), scratch(16 * channels * parts.length)];
  const apply = isUsed(y);
  const rowBytes = 4 * channels;
  return {
    run: (at) => {
      pool.run(parts.map(({ first, last }, i) => [
        ...["batchNormMoments", at.at(x) + first * rowBytes, last - first, channels] as const,
        at.at(moments) + i * 16 * channels,
      ]));
      kernels.batchNormStatistics(
        ...[at.at(moments), rows, parts[0]?.last ?? rows, channels] as const,
        ...[at.at(mean), at.at(variance), at.at(rstd), epsilon] as const,
      );
      if (!apply) return;
      pool.run(parts.map(({ first, last }) => [
        ...["batchNormApply", at.at(x) + first * rowBytes, at.at(gamma), at.at(beta)] as const,
        ...[at.at(mean), at.at(rstd), at.at(y) + first * rowBytes, last - first, channels, alpha],
      ]));
    },
    inPlace: [0],
  };
};

const backward: Lower = (view, { kernels, pool, scratch }) => {
  const size = sizes(view.inSpec(0).shape);
  if (!size) return undefined;
  const { rows, channels, parts } = size;
  const [dy, x, y] = [view.in(0), view.in(1), view.in(2)];
  const [gamma, mean, variance] = [view.in(3), view.in(4), view.in(5)];
  const [dx, dgamma, dbeta] = [view.out(0), view.out(1), view.out(2)];
  const [epsilon, alpha] = [view.attributes.number("epsilon"), view.attributes.number("alpha")];
  const [factors, sums] = [scratch(12 * channels), scratch(16 * channels * parts.length)];
  const rowBytes = 4 * channels;
  return {
    run: (at) => {
      const from = (first: number) => [dy, x, y].map((slot) => at.at(slot) + first * rowBytes);
      pool.run(parts.map(({ first, last }, i) => [
        ...["batchNormGradientSums" as const, ...from(first), at.at(mean)] as const,
        ...[at.at(sums) + i * 16 * channels, last - first, channels, alpha],
      ]));
      kernels.batchNormGradientFactors(
        ...[at.at(sums), parts.length, rows, channels, at.at(gamma), at.at(variance)] as const,
        ...[epsilon, at.at(dgamma), at.at(dbeta), at.at(factors)] as const,
      );
      pool.run(parts.map(({ first, last }) => [
        ...["batchNormGradientApply" as const, ...from(first), at.at(mean)] as const,
        ...[at.at(factors), at.at(dx) + first * rowBytes, last - first, channels, alpha],
      ]));
    },
    inPlace: [0],
  };
};

/** Batch normalisation with the statistics of the batch, and its gradient. */
export const batchNorm: Readonly<Record<string, Lower>> = {
  BatchNormTraining: forward,
  BatchNormTrainingGrad: backward,
};
