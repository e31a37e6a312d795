/** What helps where memory ran out. */
export const MEMORY_ADVICE = "A smaller batch or net needs less";

/** The message of an error for memory that ran out; `what` says where. */
export function outOfMemoryText(what: string): string {
  return `Out of memory: ${what.trimEnd().replace(/\.$/, "")}. ${MEMORY_ADVICE}`;
}
