import { elementCount } from "../../../program.ts";
import type { Lower } from "../lowering.ts";

/** The kernels take channels in fours. */
function sizes(shape: readonly number[]): { rows: number; channels: number } | undefined {
  const channels = shape.at(-1) ?? 1;
  return channels % 4 ? undefined : { channels, rows: elementCount(shape) / channels };
}

const forward: Lower = (view, context) => {
  const size = sizes(view.inSpec(0).shape);
  if (!size) return undefined;
  const { rows, channels } = size;
  const [x, gamma, beta] = [view.in(0), view.in(1), view.in(2)];
  const [y, mean, variance] = [view.out(0), view.out(1), view.out(2)];
  const [epsilon, alpha] = [view.attributes.number("epsilon"), view.attributes.number("alpha")];
  const [rstd, sums] = [context.scratch(4 * channels), context.scratch(8 * channels)];
  const apply = Number(context.isUsed(y));
  return {
    run: (at) =>
      context.kernels.batchNormForward(
        ...[at.at(x), at.at(gamma), at.at(beta), at.at(y), at.at(mean), at.at(variance)] as const,
        ...[at.at(rstd), at.at(sums), rows, channels, epsilon, alpha, apply] as const,
      ),
    inPlace: [0],
  };
};

const backward: Lower = (view, context) => {
  const size = sizes(view.inSpec(0).shape);
  if (!size) return undefined;
  const { rows, channels } = size;
  const [dy, x, y] = [view.in(0), view.in(1), view.in(2)];
  const [gamma, mean, variance] = [view.in(3), view.in(4), view.in(5)];
  const [dx, dgamma, dbeta] = [view.out(0), view.out(1), view.out(2)];
  const [epsilon, alpha] = [view.attributes.number("epsilon"), view.attributes.number("alpha")];
  const rstd = context.scratch(4 * channels);
  return {
    run: (at) => {
      context.kernels.inverseDeviation(at.at(variance), at.at(rstd), rows, channels, epsilon);
      context.kernels.batchNormBackward(
        ...[at.at(dy), at.at(x), at.at(y), at.at(gamma), at.at(mean), at.at(rstd)] as const,
        ...[at.at(dx), at.at(dgamma), at.at(dbeta), rows, channels, alpha] as const,
      );
    },
    inPlace: [0],
  };
};

/** Batch normalisation with the statistics of the batch, and its gradient. */
export const batchNorm: Readonly<Record<string, Lower>> = {
  BatchNormTraining: forward,
  BatchNormTrainingGrad: backward,
};
