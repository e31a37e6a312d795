/** What the benchmarks of steps share: how a file is run with options. */
import { parseArgs } from "node:util";
import { suggest } from "../src/config/suggest.ts";
import { UserError } from "../src/errors.ts";

/** Options by name; `json` is always among them. */
export type Values<Name extends string> =
  & Readonly<Partial<Record<Name, string>>>
  & { readonly json: boolean };

/**
 * Parses the arguments of this process and runs the benchmark. A user's mistake is told on stderr and ends the process with
 * exit code 2.
 */
export async function runBenchmark<Name extends string>(
  names: readonly Name[],
  run: (values: Values<Name>) => Promise<void>,
): Promise<void> {
  try {
    await run(parse(names));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await Deno.stderr.write(new TextEncoder().encode(`error: ${error.message}\n`));
    Deno.exit(2);
  }
}

function parse<Name extends string>(names: readonly Name[]): Values<Name> {
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  try {
    const { values } = parseArgs({ options: { ...options, json: { type: "boolean" } } });
    const given = values as Partial<Record<Name, string>> & { json?: boolean };
    return { ...given, json: given.json ?? false };
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}

/** An option as a whole number of at least 1. Throws a UserError. */
export function wholeNumber(
  text: string | undefined,
  { name, fallback }: { readonly name: string; readonly fallback: number },
): number {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d*$/.test(text)) {
    throw new UserError(`--${name}: expected a whole number of at least 1, found "${text}"`);
  }
  return Number(text);
}

/** An option that lists names, separated by commas; all that are known unless it is given. Throws a UserError. */
export function listed<T extends string>(
  text: string | undefined,
  { name, known }: { readonly name: string; readonly known: readonly T[] },
): readonly T[] {
  if (text === undefined) return known;
  return text.split(",").map((one) => {
    const found = known.find((candidate) => candidate === one);
    if (found !== undefined) return found;
    throw new UserError(
      `--${name}: expected one of ${known.join(", ")}, found "${one}"${suggest(one, known)}`,
    );
  });
}

/** Writes a line of results. */
export function writeLine(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
