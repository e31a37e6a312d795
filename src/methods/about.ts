/** What docs/methods.md says of a part of a method, beside its parameters. */
export interface MethodAbout {
  /** Name as papers write it. */
  readonly title: string;
  /** Paper, and files of the reference implementation. */
  readonly source: string;
  /** Formulas, one a line. */
  readonly equations: readonly string[];
  /** Where this program differs from the source, with the reason. */
  readonly departures: readonly string[];
}
