/** A plan as a Mermaid flowchart. */
import { drawPlan, stateColours } from "./boxes.ts";
import type { Plan } from "./plan.ts";

/** Mermaid text, coloured by state; the same plan gives the same text. */
export function formatMermaid(plan: Plan): string {
  const { boxes, arrows } = drawPlan(plan);
  const lines = ["flowchart LR"];
  for (const { id, lines: text, state } of boxes) {
    lines.push(`  ${id}["${text.map(escape).join("<br/>")}"]:::${state}`);
  }
  for (const [from, to] of arrows) lines.push(`  ${from} --> ${to}`);
  const used = new Set(boxes.map((box) => box.state));
  for (const [state, [fill, stroke]] of Object.entries(stateColours)) {
    if (used.has(state as keyof typeof stateColours)) {
      lines.push(`  classDef ${state} fill:${fill},stroke:${stroke},color:#000`);
    }
  }
  return lines.join("\n") + "\n";
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(
    ">",
    "&gt;",
  );
}
