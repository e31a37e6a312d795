import type { StoredTensor } from "./checkpoint.ts";

/** A loss that is not finite, with all scalars of its step. */
export class NonFiniteLoss extends Error {
  override name = "NonFiniteLoss";
  readonly step: number;
  readonly scalars: Readonly<Record<string, number>>;

  constructor(step: number, scalars: Readonly<Record<string, number>>) {
    super(`The loss is not finite at step ${step}`);
    this.step = step;
    this.scalars = scalars;
  }
}

/** Names of tensors that hold a value that is not finite. */
export function nonFinite(tensors: Readonly<Record<string, StoredTensor>>): string[] {
  return Object.entries(tensors)
    .filter(([, { data }]) => data instanceof Float32Array && !data.every(Number.isFinite))
    .map(([name]) => name);
}

/** L2 norms of all tensors of each kind, the part of a name before its first dot, as text. */
function normsText(tensors: Readonly<Record<string, StoredTensor>>): string {
  const squares = new Map<string, number>();
  for (const [name, { data }] of Object.entries(tensors)) {
    const kind = name.slice(0, name.indexOf("."));
    let sum = 0;
    for (const value of data) sum += value * value;
    squares.set(kind, (squares.get(kind) ?? 0) + sum);
  }
  return [...squares].map(([kind, sum]) => `${kind} ${Math.sqrt(sum).toPrecision(4)}`).join(", ");
}

/** Everything that is known about a loss that is not finite; `state` is that after `step`, perhaps a few steps later. */
export function explainNonFinite(
  error: NonFiniteLoss,
  { state, step, steps }: {
    readonly state: Readonly<Record<string, StoredTensor>>;
    readonly step: number;
    readonly steps: number;
  },
): Error {
  const values = Object.entries(error.scalars).map(([name, value]) => `${name} ${value}`);
  const bad = nonFinite(state).slice(0, 5).join(", ");
  return new Error(
    `The loss is not finite at step ${error.step} of ${steps}` +
      `${values.length > 0 ? ` (${values.join(", ")})` : ""}. ` +
      `Norms after step ${step}: ${normsText(state)}. ${bad ? `Not finite: ${bad}. ` : ""}` +
      "The last good checkpoint is kept; a smaller learning_rate may help.",
  );
}
