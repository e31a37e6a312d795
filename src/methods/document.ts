/**
 * docs/methods.md, from what the methods declare.
 *
 *     deno run --allow-read --allow-write src/methods/document.ts
 */
import { z } from "zod";
import { methodIds, type MethodPart, methodParts } from "./registry.ts";

/** The page's text. */
export function methodsDocument(): string {
  const parts = Object.entries(methodParts());
  return [
    "# Methods",
    "",
    "Made from the declarations in `src/methods` by `src/methods/document.ts`; a test compares the two. A method is a base",
    "algorithm, perhaps with plug-ins: `fixmatch+la+darp`. Parameters are given in a sweep file or after `@`:",
    "`fixmatch+scssl@c=6`. An epoch is a 256th of a run, so warm-ups scale with its length.",
    "",
    `Methods: ${methodIds().map((id) => `\`${id}\``).join(", ")}.`,
    "",
    "Notation: z, a, b logits of heads, h pooled feature, p softmax, x labelled rows with labels y, w and s weak and strong views",
    "of unlabelled rows, π labelled class frequencies, CE cross entropy; means are over all rows, masked ones included.",
    "",
    ...parts.flatMap(([name, part]) => section(name, part)),
  ].join("\n");
}

function section(name: string, { about, params }: MethodPart): string[] {
  return [
    `## ${about.title} (\`${name}\`)`,
    "",
    `Source: ${about.source}.`,
    "",
    ...about.equations.map((line) => `- ${line}`),
    "",
    ...parameterTable(params),
    ...(about.departures.length === 0 ? [] : [
      "Departures:",
      "",
      ...about.departures.map((line) => `- ${line}`),
      "",
    ]),
  ];
}

function parameterTable(params: z.ZodObject): string[] {
  const defaults = params.parse({}) as Record<string, unknown>;
  const rows = Object.entries(params.shape).map(([key, schema]) => {
    const { description = "" } = schema as z.ZodType;
    return `| \`${key}\` | ${JSON.stringify(defaults[key])} | ${
      allowed(schema as z.ZodType)
    } | ${description} |`;
  });
  if (rows.length === 0) return [];
  return ["| parameter | default | values | meaning |", "|---|---|---|---|", ...rows, ""];
}

interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** The values that a schema admits, in words. */
function allowed(schema: z.ZodType): string {
  return inWords(z.toJSONSchema(schema, { io: "input" }) as JsonSchema);
}

function inWords(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(inWords).join(", ");
  if (schema.enum) return schema.enum.map((value) => String(value)).join(", ");
  if (schema.const !== undefined) return String(schema.const);
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const huge = Number.MAX_SAFE_INTEGER; // what zod says of unbounded whole numbers
  const bounds = [
    minimum !== undefined && minimum > -huge ? `≥ ${minimum}` : "",
    exclusiveMinimum !== undefined ? `> ${exclusiveMinimum}` : "",
    maximum !== undefined && maximum < huge ? `≤ ${maximum}` : "",
    exclusiveMaximum !== undefined ? `< ${exclusiveMaximum}` : "",
  ].filter((bound) => bound !== "");
  return [schema.type ?? "", ...bounds].join(" ").trim();
}

if (import.meta.main) {
  const path = new URL("../../docs/methods.md", import.meta.url);
  await Deno.writeTextFile(path, methodsDocument());
}
