import { at, type Interpretation } from "./operand.ts";

/** Calls `visit` with every element's offset and channel. */
function elements(
  count: number,
  channels: number,
  visit: (i: number, channel: number) => void,
): void {
  for (let i = 0; i < count; i++) visit(i, i % channels);
}

function add(to: Float64Array, index: number, amount: number): void {
  to[index] = (to[index] ?? 0) + amount;
}

const forward: Interpretation = (inputs, outputs, attributes) => {
  const [x, gamma, beta] = [at(inputs, 0).data, at(inputs, 1).data, at(inputs, 2).data];
  const [y, mean, variance] = [at(outputs, 0).data, at(outputs, 1).data, at(outputs, 2).data];
  const channels = mean.length;
  const rows = x.length / channels;
  elements(x.length, channels, (i, c) => add(mean, c, (x[i] ?? 0) / rows));
  const biased = new Float64Array(channels);
  elements(
    x.length,
    channels,
    (i, c) => add(biased, c, ((x[i] ?? 0) - (mean[c] ?? 0)) ** 2 / rows),
  );
  variance.set(biased.map((value) => value * rows / (rows - 1)));
  elements(x.length, channels, (i, c) => {
    const scale = (gamma[c] ?? 0) / Math.sqrt((biased[c] ?? 0) + attributes.number("epsilon"));
    const value = ((x[i] ?? 0) - (mean[c] ?? 0)) * scale + (beta[c] ?? 0);
    y[i] = value > 0 ? value : value * attributes.number("alpha");
  });
};

// With x̂ = (x − mean)/σ and g the gradient before the activation:
// dβ = Σg, dγ = Σ g·x̂, dx = γ/σ · (g − dβ/m − x̂·dγ/m), m rows.
const backward: Interpretation = (inputs, outputs, attributes) => {
  const [dy, x, y] = [at(inputs, 0).data, at(inputs, 1).data, at(inputs, 2).data];
  const [gamma, mean, variance] = [at(inputs, 3).data, at(inputs, 4).data, at(inputs, 5).data];
  const [dx, dgamma, dbeta] = [at(outputs, 0).data, at(outputs, 1).data, at(outputs, 2).data];
  const channels = mean.length;
  const rows = x.length / channels;
  const inverse = variance.map((value) =>
    1 / Math.sqrt(value * (rows - 1) / rows + attributes.number("epsilon"))
  );
  const g = dy.map((value, i) => (y[i] ?? 0) > 0 ? value : value * attributes.number("alpha"));
  const normal = x.map((value, i) =>
    (value - (mean[i % channels] ?? 0)) * (inverse[i % channels] ?? 0)
  );
  elements(x.length, channels, (i, c) => {
    add(dbeta, c, g[i] ?? 0);
    add(dgamma, c, (g[i] ?? 0) * (normal[i] ?? 0));
  });
  elements(x.length, channels, (i, c) => {
    const centred = (g[i] ?? 0) - (dbeta[c] ?? 0) / rows -
      (normal[i] ?? 0) * (dgamma[c] ?? 0) / rows;
    dx[i] = (gamma[c] ?? 0) * (inverse[c] ?? 0) * centred;
  });
};

/** Batch normalisation with the statistics of the batch, and its gradient. */
export const batchNorm: Readonly<Record<string, Interpretation>> = {
  BatchNormTraining: forward,
  BatchNormTrainingGrad: backward,
};
