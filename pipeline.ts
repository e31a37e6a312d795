/** The command line's entry: `deno task <command>` runs this file with the command's permissions. */
import { main } from "./src/cli/main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
