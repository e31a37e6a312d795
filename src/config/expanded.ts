import type { Synthesis } from "../data/synthesis.ts";
import type { Availability } from "./availability.ts";
import type { Departure } from "./departures.ts";
import type { MethodParams } from "./method_params.ts";
import type { RunParams } from "./run_params.ts";
import type { Setting } from "./setting.ts";

/** The seeds of a file that names none. */
export const defaultSeeds: readonly number[] = [0, 1, 2];

/** One run of a cell. */
export interface SeedRun {
  readonly seed: number;
  /** Whether it is to be run: in the file's axes and not left out by `--only`. */
  readonly selected: boolean;
  readonly params: RunParams;
}

/** One cell of a table, whether it can be run or not. */
export interface Cell {
  /** `<table>/<row>/<column>` */
  readonly id: string;
  readonly table: string;
  readonly row: string;
  readonly column: string;
  /** Canonical id without parameters. */
  readonly method: string;
  /** Canonical id with the parameters of the row. */
  readonly methodText: string;
  /** Complete where the method exists, else as written. */
  readonly methodParams: MethodParams;
  /** Id of the setting; what it is under the profile is `split`. */
  readonly setting: string;
  readonly split: Setting;
  /** Parameters of a data set that is made; `null` for one that is read. */
  readonly synthesis: Synthesis | null;
  readonly runs: readonly SeedRun[];
  readonly availability: Availability;
  readonly departures: readonly Departure[];
}

/** A row or a column. */
export interface Axis {
  readonly id: string;
  readonly label: string;
}

export interface ExpandedTable {
  readonly id: string;
  /** Id of the paper's table with its numbers; `null` for a table of our own. */
  readonly paper: string | null;
  readonly title: string | null;
  readonly rows: readonly Axis[];
  readonly columns: readonly Axis[];
  /** Row by row. */
  readonly cells: readonly Cell[];
}

export interface Expanded {
  readonly file: string;
  readonly profile: string;
  readonly profiles: readonly string[];
  readonly seeds: readonly number[];
  readonly tables: readonly ExpandedTable[];
}
