/** A sweep that runs in a few seconds. */
export const tiny = `version: 1
axes: {seed: [0]}
defaults: {steps: 2, strong: simple, net: wrn-10-1, batch: 2, evaluate_every: 1, checkpoint_every: 1}
datasets:
  synthetic: {synthesis: {classes: 2, size: 8, train_per_class: 8, test_per_class: 2}}
settings:
  tiny:
    dataset: synthetic
    labelled: {head: 4, ratio: 2}
    unlabelled: {shape: consistent, head: 4, ratio: 2}
methods: {supervised: {}}
tables:
  tiny:
    rows: {methods: [supervised]}
    columns: {settings: [tiny]}
`;
