/** Images of each class in one part of a split; null where the classes are unknown. */
export interface PartCounts {
  readonly name: string;
  readonly counts: readonly number[] | null;
  /** Images in all. */
  readonly total: number;
}

const PLOT = { width: 720, height: 150, left: 60, top: 34, gap: 40 } as const;
const COLOURS = ["#4477aa", "#ee6677"];
const LARGEST_LABEL = 20;

/** Bars of the class counts, one panel a part, as SVG text. Class k is the k-th bar. */
export function classCountPlot(parts: readonly PartCounts[], title: string): string {
  const panel = PLOT.top + PLOT.height + PLOT.gap;
  const height = parts.length * panel + 24;
  const panels = parts.map((part, i) => drawPanel(part, 24 + i * panel, COLOURS[i % 2]!));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${PLOT.width + 2 * PLOT.left}" ` +
    `height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="${PLOT.left}" y="18" font-size="14">${escaped(title)}</text>`,
    ...panels.flat(),
    "</svg>",
    "",
  ].join("\n");
}

function drawPanel({ name, counts, total }: PartCounts, top: number, colour: string): string[] {
  const bottom = top + PLOT.top + PLOT.height;
  const known = counts === null ? ", classes unknown" : "";
  const lines = [
    `<text x="${PLOT.left}" y="${top + 22}">${escaped(name)}: ${total} images${known}</text>`,
  ];
  if (counts === null) return lines;
  const most = Math.max(1, ...counts);
  const step = PLOT.width / counts.length;
  for (const [k, count] of counts.entries()) {
    const bar = PLOT.height * count / most;
    lines.push(
      `<rect x="${round(PLOT.left + k * step)}" y="${round(bottom - bar)}" ` +
        `width="${round(0.85 * step)}" height="${round(bar)}" fill="${colour}">` +
        `<title>class ${k}: ${count}</title></rect>`,
    );
    if (counts.length <= LARGEST_LABEL) {
      lines.push(
        `<text x="${round(PLOT.left + (k + 0.42) * step)}" y="${round(bottom - bar - 3)}" ` +
          `text-anchor="middle" font-size="10">${count}</text>`,
      );
    }
  }
  lines.push(
    `<line x1="${PLOT.left}" x2="${PLOT.left + PLOT.width}" y1="${bottom}" y2="${bottom}" ` +
      `stroke="black"/>`,
    `<text x="${PLOT.left - 6}" y="${bottom - PLOT.height + 4}" text-anchor="end">${most}</text>`,
    `<text x="${PLOT.left - 6}" y="${bottom + 4}" text-anchor="end">0</text>`,
    `<text x="${PLOT.left}" y="${bottom + 14}">class 0 … ${counts.length - 1}</text>`,
  );
  return lines;
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
