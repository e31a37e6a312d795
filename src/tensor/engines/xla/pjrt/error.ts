import { abi } from "../abi_table.ts";

/** An error that the plugin reports. */
export class PjrtError extends Error {
  override name = "PjrtError";

  constructor(
    /** The function that failed, `PJRT_Client_Compile`. */
    readonly call: string,
    /** `RESOURCE_EXHAUSTED`, … */
    readonly code: string,
    /** The plugin's own words. */
    readonly detail: string,
  ) {
    super(`${call}: ${code}: ${detail}`);
  }
}

/** The name of an error code. */
export function codeName(code: number): string {
  const entry = Object.entries(abi.enums.PJRT_Error_Code).find(([, value]) => value === code);
  return entry ? entry[0].replace("PJRT_Error_Code_", "") : `code ${code}`;
}
