import type { Program } from "./program.ts";
import { validateProgram } from "./validate.ts";

/** Version of the written form; another one is refused by name. */
export const PROGRAM_FORMAT = 1;

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0],
]);

/** A program as JSON text; the same program gives the same text. */
export function programToJson(program: Program): string {
  return JSON.stringify({ format: PROGRAM_FORMAT, ...program }, (_, value) => {
    if (typeof value !== "number") return value;
    if (Object.is(value, -0)) return { number: "-0" };
    return Number.isFinite(value) ? value : { number: String(value) };
  });
}

/** Reads what `programToJson` wrote. Throws a RangeError on another format or an invalid program. */
export function programFromJson(text: string): Program {
  const { format, ...program } = JSON.parse(text, (_, value) => {
    const special = typeof value?.number === "string" ? SPECIAL.get(value.number) : undefined;
    return special ?? value;
  });
  if (format !== PROGRAM_FORMAT) {
    throw new RangeError(`Expected a program of format ${PROGRAM_FORMAT}, found ${format}`);
  }
  validateProgram(program);
  return program;
}
