import { lineOf } from "./call_sites.ts";
import { type Attribute, type KernelCall, type Program, specText } from "./program.ts";

function attributeText(attributes: Readonly<Record<string, Attribute>>): string {
  const entries = Object.entries(attributes);
  if (!entries.length) return "";
  return ` {${entries.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ")}}`;
}

/** A program as text: one line a value, with the line of source that made each call and what `note` says of it. */
export function printProgram(
  program: Program,
  { note }: { readonly note?: (call: KernelCall) => string } = {},
): string {
  const typed = (value: number) => {
    const spec = program.values[value];
    return `%${value}: ${spec ? specText(spec) : "?"}`;
  };
  const state = new Set(program.state);
  const lines = Object.entries(program.inputs).map(([name, value]) =>
    `${typed(value)} = ${state.has(name) ? "state" : "input"} "${name}"`
  );
  for (const { value, splat, data } of program.constants) {
    const shown = data
      ? `[${data.slice(0, 8).join(", ")}${data.length > 8 ? ", …" : ""}]`
      : `${splat}`;
    lines.push(`${typed(value)} = constant ${shown}`);
  }
  for (const call of program.calls) {
    const inputs = call.inputs.map((value) => `%${value}`).join(", ");
    lines.push(
      `${call.outputs.map(typed).join(", ")} = ${call.kernel}(${inputs})${
        attributeText(call.attributes)
      } # ${lineOf(call)}${note ? `; ${note(call)}` : ""}`,
    );
  }
  for (const [name, value] of Object.entries(program.outputs)) {
    lines.push(`output "${name}" = %${value}`);
  }
  return lines.join("\n") + "\n";
}
