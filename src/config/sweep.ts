import type { LocatedMap } from "./located.ts";
import type { ResolvedTable } from "./resolve_tables.ts";
import type { SweepData } from "./sweep_schema.ts";

/** A sweep file with everything that it extends, checked. */
export interface SweepView {
  readonly data: SweepData;
  /** Where everything in `data` is written. */
  readonly tree: LocatedMap;
  readonly tables: ReadonlyMap<string, ResolvedTable>;
}

export interface Sweep extends SweepView {
  /** Absolute path. */
  readonly file: string;
  /** The path as messages print it. */
  readonly name: string;
  /**
   * What departures are measured against: the files of the `extends` chain up to the first that declares the profile
   * `paper`. `null` where none does: then the paper's defaults are.
   */
  readonly reference: SweepView | null;
}
