/** The only file that writes to the terminal: results on stdout, progress and messages on stderr. */

const encoder = new TextEncoder();

function noColour(): boolean {
  const value = Deno.env.get("NO_COLOR");
  return value !== undefined && value !== "";
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}

/** Writes a line of results to stdout. A reader that has gone away (`| head`) is no error. */
export function print(text: string): void {
  try {
    writeAll(Deno.stdout, text.endsWith("\n") ? text : `${text}\n`);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Writes text as it is to stderr. */
export function writeMessage(text: string): void {
  try {
    writeAll(Deno.stderr, text);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Writes a line to stderr. */
export function message(text: string): void {
  writeMessage(`${text}\n`);
}

/** Whether stderr is a terminal on which bars and colours are welcome. */
export function isLive(): boolean {
  return Deno.stderr.isTerminal() && !noColour();
}

/** Whether results go to a terminal, where bars on stderr would tear their lines. */
export function printsOnScreen(): boolean {
  return Deno.stdout.isTerminal();
}

/** Width of the terminal in columns; 100 where there is none. */
export function columns(): number {
  try {
    return Math.max(40, Deno.consoleSize().columns);
  } catch {
    return 100;
  }
}

/** Height of the terminal in lines; 24 where there is none. */
export function rows(): number {
  try {
    return Math.max(8, Deno.consoleSize().rows);
  } catch {
    return 24;
  }
}

const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Wraps text in an ANSI style when the stream it is meant for (stderr unless said) shows colours. */
export function style(
  name: keyof typeof styles,
  text: string,
  stream: "stdout" | "stderr" = "stderr",
): string {
  const live = (stream === "stdout" ? Deno.stdout : Deno.stderr).isTerminal() && !noColour();
  return live ? `\x1b[${styles[name]}m${text}\x1b[0m` : text;
}

/** Asks a yes/no question on the terminal; false without one. */
export function ask(question: string): boolean {
  if (!Deno.stdin.isTerminal() || !Deno.stderr.isTerminal()) return false;
  writeMessage(`${question} [y/N] `);
  const buffer = new Uint8Array(64);
  const read = Deno.stdin.readSync(buffer) ?? 0;
  return /^y(es)?\s*$/i.test(new TextDecoder().decode(buffer.subarray(0, read)));
}
