import assert from "node:assert/strict";
import { buildReport } from "../../src/report/build.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { own, ownOutcomes, published, publishedOutcomes } from "./small_tables.ts";

Deno.test("renderMarkdown() prints ours beside the paper's numbers, and says what is missing", () => {
  assert.equal(
    renderMarkdown(buildReport(published, publishedOutcomes)),
    `# Table 9: a small one

table9, profile \`mini\`. Two methods, three settings.

|          |            | C10 \\| 1500        | C100             | IN127       |
| -------- | ---------- | ------------------ | ---------------- | ----------- |
| FixMatch | ours       | 78.00 ± 0.82 (3/3) | 50.00 (1/3)      | – (no data) |
|          | paper      | 76.49 ± 0.72       | 47.92 ± 0.55 [1] | 35.7        |
|          | difference | +1.51              | +2.08            |             |
| – w/ ABC | ours       | – (quoted)         | – (missing)      | – (missing) |
|          | paper      | 82.69 ± 0.64       | NA               | 58.0        |

- ours: accuracy in percent, mean ± population standard deviation over seeds (seeds done/seeds asked for); one seed alone has no ±; a dash means no result
- paper: the published value, ± as printed; NA where the paper has none
- difference: ours minus the paper's, in points

## Missing

- failed: The loss was not finite at step 12. (cell \`fixmatch/c100\`, seed 1)
- not run: Left out by --only. (cell \`fixmatch/c100\`, seed 2)
- no data: imagenet127 is not there. (cell \`fixmatch/in127\`)
- missing: The sweep file does not list this cell. (row \`fixmatch+abc\` in columns \`c100\`, \`in127\`)
- quoted: Quoted, never run. (cell \`fixmatch+abc/c10\`)

## Departures from the paper

All results above:

- steps: 6,144 (paper: 262,144).

Column \`c10\`:

- net: wrn-10-1 (paper: wrn-28-2). Small.
- test images: 4,000 (paper: 10,000). Counting so few adds a standard error of up to 0.79 points.

Column \`c100\`:

- split: fixed by the data folder (paper: drawn anew for each seed). Seeds differ in training only.

## How our numbers were made

- checkpoint: best, of each run the evaluation with the highest test accuracy, selected on the test set
- engine: wasm, one of 2 that this table mixes (column \`c10\`)
- engine: xla, one of 2 that this table mixes (column \`c100\`)

## Notes on the paper's numbers

- Printed small.
- [1] Another table has 57.61.
`,
  );
});

const legend = "Each cell: accuracy in percent, mean ± population standard deviation over seeds " +
  "(seeds done/seeds asked for); one seed alone has no ±; a dash means no result.";

Deno.test("renderMarkdown() prints a table of our own with our numbers alone", () => {
  assert.equal(
    renderMarkdown(buildReport(own, ownOutcomes)),
    `# Smoke test

smoke, profile \`smoke\`.

|            | Synthetic   |
| ---------- | ----------- |
| Supervised | 25.00 (1/1) |
| FixMatch   | 50.00 (1/1) |

${legend}

## How our numbers were made

- checkpoint: last, of each run the last evaluation
- engine: wasm
`,
  );
});

Deno.test("renderMarkdown() prints a table without rows", () => {
  assert.equal(
    renderMarkdown(buildReport({ ...own, rows: [], cells: [] }, [])),
    `# Smoke test

smoke, profile \`smoke\`.

|     | Synthetic |
| --- | --------- |

${legend}
`,
  );
});
