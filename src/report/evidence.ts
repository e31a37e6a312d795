import { grouped } from "./numbers.ts";
import type { Departure } from "./params.ts";
import type { Fact, ReportCell, SeedResult } from "./report.ts";
import { cellName, describeCells } from "./scope.ts";

const pickTexts: Readonly<Record<string, string>> = {
  best: "of each run the evaluation with the highest test accuracy, selected on the test set",
  last: "of each run the last evaluation",
  "mean-last-20": "of each run the mean over the last 20 evaluations",
  "median-last-20": "of each run the median over the last 20 evaluations",
};

/** What the results themselves say about how they were made: checkpoint, engines, classes without a test image. */
export function factsOf(cells: readonly ReportCell[]): Fact[] {
  const picks = byText(cells, (seed) => seed.pick).map(({ text, scope }) => {
    const sentence = pickTexts[text];
    return { name: "checkpoint", text: sentence ? `${text}, ${sentence}` : text, scope };
  });
  const engines = byText(cells, (seed) => seed.engine).map(({ text, scope }, _, all) => {
    const mixed = all.length > 1 ? `${text}, one of ${all.length} that this table mixes` : text;
    return { name: "engine", text: mixed, scope };
  });
  const lacking = byText(cells, ({ absentClasses }) => absentClasses.join(", "))
    .filter(({ text }) => text !== "")
    .map(({ text, scope }) => {
      const classes = text.includes(",") ? `classes ${text}` : `class ${text}`;
      return { name: "test set", text: `no image of ${classes}`, scope };
    });
  return [...picks, ...engines, ...lacking];
}

/** Departures that only the results tell: fewer test images, a split that the data folder fixes. */
export function departuresOf(cells: readonly ReportCell[]): Departure[] {
  const found = new Map<string, Departure & { cells: string[] }>();
  for (const cell of cells) {
    for (const seed of cell.ours?.seeds ?? []) {
      for (const departure of seedDepartures(seed)) {
        const key = JSON.stringify(departure);
        const known = found.get(key) ?? { ...departure, cells: [] };
        found.set(key, known);
        if (!known.cells.includes(cellName(cell))) known.cells.push(cellName(cell));
      }
    }
  }
  return [...found.values()];
}

function seedDepartures(seed: SeedResult): Omit<Departure, "cells">[] {
  const departures: Omit<Departure, "cells">[] = [];
  const { testImages, officialTestImages } = seed;
  if (testImages !== officialTestImages) {
    const points = (50 / Math.sqrt(testImages)).toFixed(2);
    departures.push({
      name: "test images",
      paper: grouped(officialTestImages),
      ours: grouped(testImages),
      sentence: `Counting so few adds a standard error of up to ${points} points.`,
    });
  }
  if (seed.fixedSplit) {
    departures.push({
      name: "split",
      paper: "drawn anew for each seed",
      ours: "fixed by the data folder",
      sentence: "Seeds differ in training only.",
    });
  }
  return departures;
}

/** The distinct texts over all results, each with the cells in which a seed has it. */
function byText(cells: readonly ReportCell[], text: (seed: SeedResult) => string) {
  const done = cells.filter((cell) => cell.ours !== null);
  const texts = new Set(done.flatMap((cell) => cell.ours?.seeds.map(text) ?? []));
  return [...texts].sort().map((wanted) => {
    const having = done.filter((cell) => cell.ours?.seeds.some((seed) => text(seed) === wanted));
    return { text: wanted, scope: describeCells(new Set(having.map(cellName)), done) };
  });
}
