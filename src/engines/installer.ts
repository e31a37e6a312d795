import { OutsideError } from "../errors.ts";

/** A way to call pip. */
export interface Installer {
  /** For people. */
  readonly name: string;
  readonly command: string;
  /** What comes before pip's own arguments. */
  readonly prefix: readonly string[];
}

/** In this order: pip itself first, since uv has no download of its own and fetches pip for it. */
export const INSTALLERS: readonly Installer[] = [
  ...["python3", "python", "py"].map((command) => ({
    name: `${command} -m pip`,
    command,
    prefix: ["-m", "pip"],
  })),
  ...["pip3", "pip"].map((command) => ({ name: command, command, prefix: [] })),
  { name: "uv tool run pip", command: "uv", prefix: ["tool", "run", "pip"] },
];

/** The first pip that answers. Throws an OutsideError that says what to install if none does. */
export async function findInstaller(
  installers: readonly Installer[] = INSTALLERS,
): Promise<Installer> {
  for (const installer of installers) {
    const { command, prefix } = installer;
    try {
      const options = { args: [...prefix, "--version"], stdin: "null" as const };
      const { success } = await new Deno.Command(command, options).output();
      if (success) return installer;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new OutsideError(
    "Engines are installed by pip or uv, and neither was found: install Python with pip, or uv, and try again.",
  );
}
