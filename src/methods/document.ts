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
    ...ADDING,
  ].join("\n");
}

const ADDING = [
  "## Adding a method",
  "",
  "A plug-in is two files, `<name>.ts` with `extend(base, options)` and `<name>_params.ts` with its parameters and what this",
  "page says of it, and an entry in `registry.ts`. Nothing else is rerun: keys count only the modules of the method in use.",
  "What a method may declare (`method.ts`):",
  "",
  "| part | for |",
  "|---|---|",
  "| `heads`, `outputs`, `primary` | extra linear heads, named predictions with their rule (none, remove-bias, blank-image), and the one that counts |",
  "| `losses` | tensor code, recorded once; `withHooks` changes the base's labelled logits, strong logits, pseudo-targets, or the weight of its supervised term |",
  "| `needs` | features of all rows, features by averaged parameters, logits of a blank image, class-wise BatchNorm |",
  "| `state` | tensors that a step replaces; they are in every checkpoint |",
  "| `stepInputs` | what the host gives at every step: draws, switches of warm-ups, targets of the batch's rows |",
  "| `observed` | what the host is handed after every step |",
  "| `controls` | inputs that the host changes at epoch ends |",
  "| `host` | the host's part, in float64: epoch ends, step inputs, observations; `save` and `load` for checkpoints |",
  "| `pick` | with generations: which unlabelled images the next training takes as labelled |",
  "",
];

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
