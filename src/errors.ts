/** Errors that a caller must tell apart. Everything else is a bug of ours and begins with `internal:`. */

/**
 * The user's input is wrong: a config, a flag, a path. Exit code 2, no stack trace, nothing written.
 * The message says what was expected, what was found, where (file:line:column) and what to do.
 */
export class UserError extends Error {
  override name = "UserError";
}

/** Something outside the program did not work, a server for instance. Exit code 1, no stack trace; trying again may help. */
export class OutsideError extends Error {
  override name = "OutsideError";
}
