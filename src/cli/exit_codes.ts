/** Exit codes that scripts rely on. */
export const exitCodes = { ok: 0, incomplete: 1, usage: 2, interrupted: 130 } as const;
