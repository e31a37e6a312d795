import type { AbsenceCode } from "./absence.ts";
import type { ReportColumn } from "./paper_table.ts";
import type { Scope } from "./scope.ts";

/** A table ready to be printed in any format: plain data, numbers in percent and points. */
export interface Report {
  readonly table: string;
  readonly title: string;
  readonly profile: string;
  /** The paper's caption in our words; empty for a table of our own. */
  readonly caption: string;
  /** Whether there are published numbers to stand beside ours. */
  readonly published: boolean;
  readonly rows: readonly ReportRow[];
  readonly columns: readonly ReportColumn[];
  /** Row by row, each in the order of the columns. */
  readonly cells: readonly (readonly ReportCell[])[];
  readonly missing: readonly Missing[];
  readonly departures: readonly DepartureGroup[];
  /** Results that come from logs of another program, in the order of the table. */
  readonly imported: readonly ImportedLine[];
  /** How the numbers were made: checkpoint, engines. */
  readonly facts: readonly Fact[];
  readonly notes: readonly Note[];
}

export interface ReportRow {
  readonly id: string;
  readonly label: string;
  readonly indent: number;
}

/** One cell. `code` says why `ours` is null, or in a cell that has a result `done` or `partial`. */
export type ReportCell =
  & CellContent
  & (
    | { readonly code: AbsenceCode; readonly ours: null }
    | { readonly code: "done" | "partial"; readonly ours: Ours }
  );

interface CellContent {
  readonly row: string;
  readonly column: string;
  readonly seedsAsked: number;
  readonly paper: { readonly value: number; readonly spread: number | null } | null;
  /** Ours minus the paper's, in points. */
  readonly difference: number | null;
  /** Why seeds are missing, in full; of all seeds if `seeds` is empty. */
  readonly absent: readonly SeedAbsence[];
  /** Numbers of the notes on the paper's value, from 1. */
  readonly notes: readonly number[];
}

/** Our result in one cell, in percent. */
export interface Ours {
  readonly mean: number;
  /** Population standard deviation over seeds; null for a single seed. */
  readonly spread: number | null;
  readonly count: number;
  readonly seeds: readonly SeedResult[];
}

/** An imported result: one seed of one cell. */
export interface ImportedLine {
  readonly row: string;
  readonly column: string;
  readonly seed: number;
  readonly source: string;
  readonly differences: readonly string[];
}

/** What one seed gave, and how. */
export interface SeedResult {
  readonly seed: number;
  /** Top-1 of the primary output, in percent. */
  readonly value: number;
  readonly pick: string;
  readonly output: string;
  readonly engine: string;
  readonly selectedStep: number | null;
  readonly testImages: number;
  readonly officialTestImages: number;
  /** Classes without a test image. */
  readonly absentClasses: readonly number[];
  readonly fixedSplit: boolean;
  /** Where a result comes from that this program did not make, and how its run differs. */
  readonly imported?: { readonly source: string; readonly differences: readonly string[] };
}

export interface SeedAbsence {
  readonly code: AbsenceCode;
  readonly reason: string;
  readonly seeds: readonly number[];
}

/** A reason for absence and the cells that share it; `seeds` as in `SeedAbsence`. */
export interface Missing extends SeedAbsence {
  readonly scope: Scope;
}

/** Departures from the paper that hold for the same cells. */
export interface DepartureGroup {
  readonly scope: Scope;
  readonly items: readonly {
    readonly name: string;
    readonly paper: string;
    readonly ours: string;
    readonly sentence: string;
  }[];
}

/** A sentence on how numbers were made, for the cells in `scope` (of those that have a result). */
export interface Fact {
  readonly name: string;
  readonly text: string;
  readonly scope: Scope;
}

/** A remark on the paper's own numbers; `mark` is null for one on the whole table. */
export interface Note {
  readonly mark: number | null;
  readonly text: string;
}
