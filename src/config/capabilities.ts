import type { z } from "zod";

/** What this version of the program can run, given by the caller: configs know of no tensor code. */
export interface Capabilities {
  /** Implemented methods by canonical id, each with the strict schema of its parameters and their defaults. */
  readonly methods: Readonly<Record<string, { readonly params: z.ZodType }>>;
  /** Whether a net of this id is implemented. */
  nets(id: string): boolean;
  /** Some of them, for suggestions. */
  readonly netNames?: readonly string[];
  readonly strong: readonly string[];
  /** Weak views; all where it is left out. */
  readonly weak?: readonly string[];
  /** `["f32"]` where it is left out. */
  readonly precisions?: readonly string[];
  /** Shapes of unlabelled counts; all where it is left out. */
  readonly shapes?: readonly string[];
  /** Whether the program can read a data set of this id, not whether it is on this machine. */
  datasets(id: string): boolean;
}
