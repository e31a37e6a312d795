/**
 * Evaluations on disk. An `evaluations` directory holds `meta.json`, `labels.bin` (int32) and one compressed file an
 * evaluation with every named output's predicted classes and scalars; a `logits` directory holds the raw float16 logits
 * of every head, and the heads' biases, of the evaluations that are kept whole.
 */
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { calibrate, type CalibrationRule } from "./calibration.ts";
import { fromFloat16Bits, roundToFloat16, toFloat16Bits } from "./float16.ts";
import { type Evaluated, evaluateLogits, type Scalars } from "./metrics.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  float16BitValues,
  float32Values,
  int32Values,
  type SafeTensor,
  safeTensor,
} from "./safetensors.ts";

/** What a named output is made of: the logits of a head after a rule. */
export interface OutputRule {
  readonly name: string;
  readonly head: string;
  readonly rule: CalibrationRule;
}

/** What holds for all evaluations of a run. */
export interface EvaluationsMeta {
  readonly format: 1;
  /** Name of the output that `best` and the tables use. */
  readonly primary: string;
  readonly outputs: readonly OutputRule[];
  readonly classes: number;
  readonly test_count: number;
  readonly official_test_count: number;
  /** Whether the data's folder fixes what is labelled. */
  readonly fixed_split: boolean;
  /** Labelled images of each class of the split. */
  readonly class_counts: readonly number[];
  /** Those that training had, where it had more: π of logit adjustment. */
  readonly prior_counts?: readonly number[];
  readonly engine: string;
  /** Steps done at each evaluation, ascending. */
  readonly steps: readonly number[];
}

/** One evaluation: named outputs in the order of `EvaluationsMeta.outputs`. */
export interface Evaluation {
  readonly step: number;
  readonly outputs: Readonly<Record<string, Evaluated>>;
}

/** One head's raw logits [N,K], already rounded to float16, its bias [K] and its logits of a blank image [K]. */
export interface HeadLogits {
  readonly logits: Float32Array;
  readonly bias: Float32Array;
  readonly blank?: Float32Array;
}

/** File name of one evaluation. */
export function evaluationFile(step: number): string {
  return `step_${String(step).padStart(8, "0")}.safetensors.gz`;
}

/** File name of one evaluation's raw logits. */
export function logitsFile(step: number): string {
  return `step_${String(step).padStart(8, "0")}.safetensors`;
}

/**
 * Evaluates named outputs from raw logits. Logits are rounded to float16 first, as they are stored, so that the same
 * numbers come from the training loop and from a file.
 */
export function evaluateOutputs(
  heads: Readonly<Record<string, HeadLogits>>,
  labels: Int32Array,
  { outputs, class_counts, prior_counts = class_counts }: Pick<
    EvaluationsMeta,
    "outputs" | "class_counts" | "prior_counts"
  >,
): Record<string, Evaluated> {
  const total = prior_counts.reduce((sum, n) => sum + n, 0);
  const prior = prior_counts.map((n) => n / total);
  const evaluated: Record<string, Evaluated> = {};
  for (const { name, head, rule } of outputs) {
    const raw = heads[head];
    if (!raw) throw new Error(`internal: output ${name} reads head ${head}, which has no logits`);
    const logits = calibrate(rule, roundToFloat16(raw.logits), { ...raw, prior });
    evaluated[name] = evaluateLogits(logits, labels);
  }
  return evaluated;
}

/** The bytes of one evaluation's file; equal contents give equal bytes. */
export function encodeEvaluation({ step, outputs }: Evaluation): Uint8Array {
  const tensors: Record<string, SafeTensor> = {};
  const scalars: Record<string, Scalars> = {};
  for (const [name, evaluated] of Object.entries(outputs)) {
    const narrow = evaluated.predicted.every((k) => k < 256);
    tensors[name] = safeTensor(narrow ? Uint8Array.from(evaluated.predicted) : evaluated.predicted);
    scalars[name] = evaluated.scalars;
  }
  return gzip(encodeSafetensors(tensors, { step: String(step), scalars: JSON.stringify(scalars) }));
}

/** Reads what `encodeEvaluation` wrote. Throws an Error that names `source` for anything else. */
export function decodeEvaluation(bytes: Uint8Array, source: string): Evaluation {
  const { tensors, metadata } = decodeSafetensors(gunzip(bytes, source), source);
  const scalars = JSON.parse(metadata.scalars ?? "{}") as Record<string, Scalars>;
  const outputs: Record<string, Evaluated> = {};
  for (const [name, tensor] of tensors) {
    const predicted = tensor.dtype === "U8" ? Int32Array.from(tensor.bytes) : int32Values(tensor);
    outputs[name] = { predicted, scalars: scalars[name]! };
  }
  return { step: Number(metadata.step), outputs };
}

/** The bytes of a file with every head's raw logits. */
export function encodeLogits(
  heads: Readonly<Record<string, HeadLogits>>,
  { step }: { readonly step: number },
): Uint8Array {
  const tensors: Record<string, SafeTensor> = {};
  for (const [head, { logits, bias, blank }] of Object.entries(heads)) {
    const shape = [logits.length / bias.length, bias.length];
    tensors[`logits.${head}`] = safeTensor(toFloat16Bits(roundToFloat16(logits)), shape);
    tensors[`bias.${head}`] = safeTensor(bias);
    if (blank) tensors[`blank.${head}`] = safeTensor(blank);
  }
  return encodeSafetensors(tensors, { step: String(step) });
}

/** Reads what `encodeLogits` wrote. Throws an Error that names `source` for anything else. */
export function decodeLogits(bytes: Uint8Array, source: string): Record<string, HeadLogits> {
  const { tensors } = decodeSafetensors(bytes, source);
  const heads: Record<string, HeadLogits> = {};
  for (const [name, tensor] of tensors) {
    if (!name.startsWith("logits.")) continue;
    const head = name.slice("logits.".length);
    const bias = tensors.get(`bias.${head}`);
    if (!bias) throw new SyntaxError(`${source}: bias.${head} is missing`);
    const logits = fromFloat16Bits(float16BitValues(tensor));
    const blank = tensors.get(`blank.${head}`);
    heads[head] = {
      logits,
      bias: float32Values(bias),
      ...(blank ? { blank: float32Values(blank) } : {}),
    };
  }
  return heads;
}

/** Writes what an `evaluations` directory holds beside its evaluations. */
export async function writeEvaluationsMeta(
  directory: string,
  meta: EvaluationsMeta,
  { labels }: { readonly labels: Int32Array },
): Promise<void> {
  await Deno.writeTextFile(join(directory, "meta.json"), JSON.stringify(meta, null, 1) + "\n");
  const bytes = new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength);
  await Deno.writeFile(join(directory, "labels.bin"), bytes);
}

/** Reads an `evaluations` directory's meta data and test labels. */
export async function readEvaluationsMeta(
  directory: string,
): Promise<{ readonly meta: EvaluationsMeta; readonly labels: Int32Array }> {
  const path = join(directory, "meta.json");
  const meta = JSON.parse(await Deno.readTextFile(path)) as EvaluationsMeta;
  if (meta.format !== 1) throw new Error(`${path}: expected format 1, found ${meta.format}`);
  const labels = await Deno.readFile(join(directory, "labels.bin"));
  return { meta, labels: new Int32Array(labels.buffer) };
}

/** Reads one evaluation of an `evaluations` directory. */
export async function readEvaluation(
  directory: string,
  { step }: { readonly step: number },
): Promise<Evaluation> {
  const path = join(directory, evaluationFile(step));
  return decodeEvaluation(await Deno.readFile(path), path);
}

/** gzip with a header that names neither time nor operating system. */
function gzip(bytes: Uint8Array): Uint8Array {
  const packed = new Uint8Array(gzipSync(bytes, { level: 9 }));
  packed.fill(0, 4, 8); // time
  packed[9] = 255; // operating system: unknown
  return packed;
}

function gunzip(bytes: Uint8Array, source: string): Uint8Array {
  try {
    return new Uint8Array(gunzipSync(bytes));
  } catch (error) {
    throw new SyntaxError(`${source}: not a whole gzip file (${(error as Error).message})`);
  }
}
