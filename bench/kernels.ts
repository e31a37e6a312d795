/**
 * Speed of the wasm engine's kernels on the shapes of a WRN-10-1 step (160 images of 32×32): best and median of 15 runs.
 *
 *     deno run --allow-read bench/kernels.ts [--threads 2] [--json]
 */
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { createWasmEngine } from "../src/tensor/engines/wasm/mod.ts";
import { elementCount, type Program, record, type TensorSpec } from "../src/tensor/mod.ts";
import { batchNormTraining } from "../src/tensor/ops.ts";

const RUNS = 15;
const IMAGES = 160;

interface Benchmark {
  readonly name: string;
  readonly program: Program;
  /** Additions and multiplications; 0 where memory is the limit. */
  readonly operations: number;
  /** Bytes that must be read or written at least. */
  readonly bytes: number;
}

interface Row {
  readonly name: string;
  readonly best_ms: number;
  readonly median_ms: number;
  readonly gflop_per_s?: number;
  readonly gbyte_per_s: number;
}

function f32(...shape: number[]): TensorSpec {
  return { shape, dtype: "float32" };
}

function image(x: tf.Tensor | undefined): tf.Tensor4D {
  return x as tf.Tensor4D;
}

interface Layer {
  readonly size: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: 1 | 3;
  readonly stride: 1 | 2;
}

const LAYERS: readonly Layer[] = [
  { size: 32, inputs: 3, outputs: 16, kernel: 3, stride: 1 },
  { size: 32, inputs: 16, outputs: 16, kernel: 3, stride: 1 },
  { size: 32, inputs: 16, outputs: 32, kernel: 3, stride: 2 },
  { size: 32, inputs: 16, outputs: 32, kernel: 1, stride: 2 },
  { size: 16, inputs: 32, outputs: 32, kernel: 3, stride: 1 },
  { size: 16, inputs: 32, outputs: 64, kernel: 3, stride: 2 },
  { size: 8, inputs: 64, outputs: 64, kernel: 3, stride: 1 },
  { size: 8, inputs: 128, outputs: 128, kernel: 3, stride: 1 },
];

function convolutions({ size, inputs, outputs, kernel, stride }: Layer): Benchmark[] {
  const x = f32(IMAGES, size, size, inputs);
  const w = f32(kernel, kernel, inputs, outputs);
  const dy = f32(IMAGES, size / stride, size / stride, outputs);
  const convolve = (a: tf.Tensor, b: tf.Tensor) =>
    tf.conv2d(image(a), image(b), stride, (kernel - 1) / 2);
  const product = (a: tf.Tensor, t: Record<string, tf.Tensor>) => tf.sum(tf.mul(a, t.dy!));
  const programs = {
    "forward": record({ x, w }, (t) => ({ y: convolve(t.x!, t.w!) })),
    "input gradient": record({ x, w, dy }, (t) => ({
      dx: tf.grad((a: tf.Tensor) => product(convolve(a, t.w!), t))(t.x!),
    })),
    "filter gradient": record({ x, w, dy }, (t) => ({
      dw: tf.grad((b: tf.Tensor) => product(convolve(t.x!, b), t))(t.w!),
    })),
  };
  const bytes = 4 * (elementCount(x.shape) + elementCount(dy.shape));
  const operations = 2 * elementCount(dy.shape) * kernel * kernel * inputs;
  const layer = `conv ${kernel}×${kernel}/${stride} ${inputs}→${outputs} at ${size}²`;
  return Object.entries(programs).map(([part, program]) => ({
    name: `${layer} ${part}`,
    program,
    operations,
    bytes,
  }));
}

function norms([size, channels]: readonly [number, number]): Benchmark[] {
  const x = f32(IMAGES, size, size, channels);
  const inputs = { x, gamma: f32(channels), beta: f32(channels) };
  const apply = (a: tf.Tensor, t: Record<string, tf.Tensor>) => {
    const affine = { gamma: t.gamma as tf.Tensor1D, beta: t.beta as tf.Tensor1D };
    return batchNormTraining(image(a), affine, { epsilon: 1e-5, leakyAlpha: 0.1 }).y;
  };
  const bytes = 4 * elementCount(x.shape);
  return [
    {
      name: `batch norm ${channels} at ${size}² forward`,
      program: record(inputs, (t) => ({ y: apply(t.x!, t) })),
      operations: 0,
      bytes: 3 * bytes,
    },
    {
      name: `batch norm ${channels} at ${size}² forward and gradient`,
      program: record({ ...inputs, dy: x }, (t) => ({
        dx: tf.grad((a: tf.Tensor) => tf.sum(tf.mul(apply(a, t), t.dy!)))(t.x!),
      })),
      operations: 0,
      bytes: 10 * bytes,
    },
  ];
}

function elementwise(): Benchmark[] {
  const x = f32(IMAGES, 32, 32, 16);
  const bytes = 4 * elementCount(x.shape);
  return [
    {
      name: "add 16 at 32²",
      program: record({ x, y: x }, (t) => ({ z: tf.add(t.x!, t.y!) })),
      operations: 0,
      bytes: 3 * bytes,
    },
    {
      name: "mean over pixels 16 at 32²",
      program: record({ x }, (t) => ({ z: tf.mean(t.x!, [1, 2]) })),
      operations: 0,
      bytes,
    },
    {
      name: "matmul 512×512×512",
      program: record(
        { a: f32(512, 512), b: f32(512, 512) },
        (t) => ({ c: tf.matMul(t.a!, t.b!) }),
      ),
      operations: 2 * 512 ** 3,
      bytes: 12 * 512 ** 2,
    },
  ];
}

async function measure(benchmark: Benchmark, threads: number): Promise<Row> {
  const engine = await createWasmEngine({ threads });
  const executable = await engine.prepare(benchmark.program);
  const inputs = Object.fromEntries(
    Object.entries(benchmark.program.inputs).map(([name, value]) => {
      const spec = benchmark.program.values[value]!;
      const data = Float32Array.from({ length: elementCount(spec.shape) }, (_, i) => Math.sin(i));
      return [name, engine.upload(spec, data)];
    }),
  );
  const milliseconds: number[] = [];
  for (let run = 0; run <= RUNS; run++) {
    const start = performance.now();
    const outputs = await executable.run(inputs);
    if (run > 0) milliseconds.push(performance.now() - start);
    for (const tensor of Object.values(outputs)) engine.free(tensor);
  }
  engine.close();
  milliseconds.sort((a, b) => a - b);
  const best = milliseconds[0]!;
  const round = (x: number) => Math.round(x * 100) / 100;
  return {
    name: benchmark.name,
    best_ms: round(best),
    median_ms: round(milliseconds[RUNS >> 1]!),
    ...(benchmark.operations ? { gflop_per_s: round(benchmark.operations / best / 1e6) } : {}),
    gbyte_per_s: round(benchmark.bytes / best / 1e6),
  };
}

const { values } = parseArgs({
  options: { threads: { type: "string", default: "1" }, json: { type: "boolean", default: false } },
});
const benchmarks = [
  ...LAYERS.flatMap(convolutions),
  ...([[32, 16], [16, 32], [8, 64]] as const).flatMap(norms),
  ...elementwise(),
];
const rows: Row[] = [];
for (const benchmark of benchmarks) rows.push(await measure(benchmark, Number(values.threads)));
// deno-lint-ignore no-console -- a benchmark's result is what it prints
if (values.json) console.log(JSON.stringify(rows));
// deno-lint-ignore no-console -- as above
else console.table(rows);
