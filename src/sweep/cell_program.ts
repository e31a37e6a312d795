import {
  callCost,
  type Cost,
  type KernelCost,
  printProgram,
  programCost,
  programToJson,
} from "../tensor/mod.ts";
import { recordStep } from "../train/record_step.ts";
import type { TrainParams } from "../train/train_params.ts";
import { type RunShape, runShape, type RunShapeOptions } from "./run_shape.ts";
import type { Cell } from "../config/mod.ts";

/** The recorded training step of a run. */
export interface CellProgram extends RunShape {
  readonly params: TrainParams;
  readonly calls: number;
  readonly stateTensors: number;
  readonly kernels: readonly KernelCost[];
  /** As text, with what `note` says of the cost of each call. */
  text(note: (cost: Cost) => string): string;
  /** As JSON. */
  json(): string;
}

/**
 * Records the training step of a cell's run; trains nothing.
 *
 * @throws {UserError} if the shape of its data is not known yet
 */
export async function cellProgram(cell: Cell, options: RunShapeOptions): Promise<CellProgram> {
  const shape = await runShape(cell, options);
  const { plan, run } = options;
  const params = plan.graph.find(run.train).params as unknown as TrainParams;
  const { step: { program, state } } = await recordStep(shape.data, params);
  return {
    ...shape,
    params,
    calls: program.calls.length,
    stateTensors: state.length,
    kernels: programCost(program),
    text: (note) => printProgram(program, { note: (call) => note(callCost(program, call)) }),
    json: () => programToJson(program),
  };
}
