/** A parameter's value in a method string: `6`, `auto`, `true`, `none` (null) or a list `2:4`. */
export type Json = string | number | boolean | null | readonly Json[] | {
  readonly [key: string]: Json;
};

/** A method string taken apart. */
export interface MethodText {
  /** Base and plug-ins in canonical order: `fixmatch+la+darp`. */
  readonly id: string;
  readonly params: Readonly<Record<string, Json>>;
}

/** The paper's order of plug-ins; one that is not in it comes after, by name. */
export const pluginOrder: readonly string[] = [
  "la",
  "cdmad",
  "bem",
  "darp",
  "crest",
  "abc",
  "daso",
  "acr",
  "cpe",
  "simpro",
  "adello",
  "recd",
  "tcbc",
  "ifmatch",
  "scssl",
];

const idForm = /^[a-z0-9]+(\+[a-z0-9]+)*$/;
const parameterForm = /^([a-z][a-z0-9_]*)=([A-Za-z0-9.:_+-]+)$/;

/**
 * Parses `fixmatch+scssl@c=6,tau=2:4`. Plug-ins may stand in any order after the base.
 * @throws RangeError that says what is wrong; callers add the place.
 */
export function parseMethod(text: string): MethodText {
  const [name, ...more] = text.split("@");
  if (name === undefined || !idForm.test(name) || more.length > 1) {
    throw new RangeError(
      `Expected a method such as "fixmatch+scssl" or "fixmatch+scssl@c=6,tau=2:4", found "${text}"`,
    );
  }
  const params: Record<string, Json> = {};
  for (const part of more[0]?.split(",") ?? []) {
    const [, key, value] = parameterForm.exec(part) ?? [];
    if (key === undefined || value === undefined) {
      throw new RangeError(`Expected "name=value" after "@" in "${text}", found "${part}"`);
    }
    if (key in params) throw new RangeError(`"${key}" is given twice in "${text}"`);
    params[key] = parseValue(value);
  }
  return { id: canonicalId(name), params };
}

/** The canonical text: plug-ins in the paper's order, parameters by name. */
export function formatMethod({ id, params }: MethodText): string {
  const parts = Object.keys(params).sort().map((key) =>
    `${key}=${formatValue(params[key] ?? null)}`
  );
  return parts.length === 0 ? id : `${id}@${parts.join(",")}`;
}

function canonicalId(name: string): string {
  const [base, ...plugins] = name.split("+");
  const rank = (plugin: string) => {
    const index = pluginOrder.indexOf(plugin);
    return index < 0 ? pluginOrder.length : index;
  };
  plugins.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : Number(a > b)));
  return [base, ...plugins].join("+");
}

function parseValue(text: string): Json {
  if (text.includes(":")) return text.split(":").map(parseValue);
  if (text === "true") return true;
  if (text === "false") return false;
  if (text === "none") return null;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

function formatValue(value: Json): string {
  if (Array.isArray(value)) return value.map(formatValue).join(":");
  return value === null ? "none" : String(value);
}
