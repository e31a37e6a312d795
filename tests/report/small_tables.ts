import { parsePaperTable } from "../../src/report/paper.ts";
import { type TableParams, tableParams } from "../../src/report/params.ts";
import type { Outcome } from "../../src/report/seeds.ts";

const paper = parsePaperTable(
  `id: table9
title: "Table 9: a small one"
caption: Two methods, three settings.
unit: percent
columns:
  - {id: c10, label: C10 | 1500, decimals: 2}
  - {id: c100, label: C100}
  - {id: in127, label: IN127, decimals: 1}
rows:
  - id: fixmatch
    label: FixMatch
    indent: 0
    cells: {c10: {value: 76.49, spread: 0.72}, c100: {value: 47.92, spread: .55}, in127: {value: 35.7, spread: null}}
  - id: fixmatch+abc
    label: w/ ABC
    indent: 1
    cells: {c10: {value: 82.69, spread: 0.64}, c100: null, in127: {value: 58.0, spread: null}}
notes:
  - {cells: [], text: Printed small.}
  - {cells: [fixmatch/c100], text: Another table has 57.61.}
`,
  { file: "table9.yaml" },
);

/** A run's metrics whose primary output `base` has this top-1 (a fraction). */
export function outcome(top1: number, changes: object = {}): Outcome {
  const metrics = {
    pick: "best",
    selected_step: 6000,
    primary: "base",
    outputs: { base: { top1 } },
    test_count: 4000,
    official_test_count: 10000,
    absent_classes: [],
    engine: "wasm",
    fixed_split: false,
    ...changes,
  };
  return { metrics };
}

/** Two methods × three settings: all seeds done, one of three, none, no data, quoted, not listed. */
export const published: TableParams = tableParams.parse({
  table: "table9",
  profile: "mini",
  paper,
  cells: [
    {
      row: "fixmatch",
      column: "c10",
      seeds: [{ seed: 1, input: 1 }, { seed: 0, input: 0 }, { seed: 2, input: 2 }],
    },
    {
      row: "fixmatch",
      column: "c100",
      seeds: [
        { seed: 0, input: 3 },
        { seed: 1, input: 4 },
        { seed: 2, absent: { code: "not-run", reason: "Left out by --only." } },
      ],
    },
    {
      row: "fixmatch",
      column: "in127",
      seeds: [0, 1].map((seed) => {
        return { seed, absent: { code: "no-data", reason: "imagenet127 is not there." } };
      }),
    },
    {
      row: "fixmatch+abc",
      column: "c10",
      seeds: [],
      absent: { code: "quoted", reason: "Quoted, never run." },
    },
  ],
  departures: [
    { name: "steps", paper: "262,144", ours: "6,144", cells: "all" },
    {
      name: "net",
      paper: "wrn-28-2",
      ours: "wrn-10-1",
      sentence: "Small.",
      cells: ["fixmatch/c10"],
    },
  ],
});

/** What became of the runs that `published` points to. */
export const publishedOutcomes: readonly Outcome[] = [
  outcome(0.77),
  outcome(0.78),
  outcome(0.79),
  outcome(0.5, { engine: "xla", fixed_split: true, test_count: 10000 }),
  { absent: "failed: The loss was not finite at step 12." },
];

/** A table of our own: nothing published, one row a method. */
export const own: TableParams = tableParams.parse({
  table: "smoke",
  title: "Smoke test",
  profile: "smoke",
  paper: null,
  rows: [{ id: "supervised", label: "Supervised" }, { id: "fixmatch", label: "FixMatch" }],
  columns: [{ id: "smoke", label: "Synthetic" }],
  cells: ["supervised", "fixmatch"].map((row, input) => {
    return { row, column: "smoke", seeds: [{ seed: 0, input }] };
  }),
  departures: [],
});

export const ownOutcomes: readonly Outcome[] = [0.25, 0.5].map((top1) => {
  return outcome(top1, { pick: "last", test_count: 100, official_test_count: 100 });
});
