/** A plan in Graphviz' language. */
import { drawPlan, stateColours } from "./boxes.ts";
import type { Plan } from "./plan.ts";

/** DOT text, coloured by state; the same plan gives the same text. */
export function formatDot(plan: Plan): string {
  const { boxes, arrows } = drawPlan(plan);
  const lines = ["digraph retable {", "  rankdir=LR;", "  node [shape=box, style=filled];"];
  for (const { id, lines: text, state } of boxes) {
    const [fill, stroke] = stateColours[state];
    lines.push(
      `  ${id} [label="${text.map(escape).join("\\n")}", fillcolor="${fill}", color="${stroke}"];`,
    );
  }
  for (const [from, to] of arrows) lines.push(`  ${from} -> ${to};`);
  return [...lines, "}"].join("\n") + "\n";
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
