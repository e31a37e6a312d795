import { UserError } from "../../../errors.ts";

/**
 * XLA's flags as the user set them, empty if not: what `XLA_FLAGS` says or, where that does not begin with a dash, the file that it names holds,
 * as XLA reads it. Throws a UserError where there is no such file, which XLA would pass over in silence.
 */
export function givenXlaFlags(value = Deno.env.get("XLA_FLAGS") ?? ""): string {
  const start = value.trimStart();
  if (start === "" || start.startsWith("-")) return value;
  try {
    return Deno.readTextFileSync(value);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new UserError(
      `XLA_FLAGS: expected flags that begin with "--", or the path of a file of them; cannot read a file "${value}"`,
    );
  }
}
