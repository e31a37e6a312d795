/**
 * What `kernels.wasm` exports; the sources in `assembly/` say what each does. Addresses are bytes into the memory.
 */
export interface KernelExports {
  correlate(
    ...args: [
      ...[plan: number, x: number, xBytes: number, weights: number, y: number, yBytes: number],
      ...[first: number, last: number, scratch: number, result: number],
    ]
  ): void;
  packFilter(
    ...args: [
      ...[filter: number, picked: number, tapCount: number, inputs: number, outputs: number],
      ...[transposed: number, packed: number],
    ]
  ): void;
  filterGradient(
    ...args: [
      ...[plan: number, x: number, xBytes: number, dy: number, dyBytes: number, dw: number],
      ...[first: number, last: number, scratch: number, dyScratch: number],
    ]
  ): void;
  batchNormMoments(x: number, rows: number, channels: number, moments: number): void;
  batchNormStatistics(
    ...args: [
      ...[moments: number, rows: number, partRows: number, channels: number, mean: number],
      ...[variance: number, rstd: number, epsilon: number],
    ]
  ): void;
  batchNormApply(
    ...args: [
      ...[x: number, gamma: number, beta: number, mean: number, rstd: number, y: number],
      ...[rows: number, channels: number, alpha: number],
    ]
  ): void;
  batchNormGradientSums(
    ...args: [
      ...[dy: number, x: number, y: number, mean: number, sums: number],
      ...[rows: number, channels: number, alpha: number],
    ]
  ): void;
  batchNormGradientFactors(
    ...args: [
      ...[sums: number, parts: number, rows: number, channels: number, gamma: number],
      ...[variance: number, epsilon: number, dgamma: number, dbeta: number, factors: number],
    ]
  ): void;
  batchNormGradientApply(
    ...args: [
      ...[dy: number, x: number, y: number, mean: number, factors: number, dx: number],
      ...[rows: number, channels: number, alpha: number],
    ]
  ): void;
  binary(op: number, a: number, b: number, out: number, ...sizesAndStrides: number[]): void;
  unary(
    ...args: [op: number, x: number, out: number, count: number, first: number, second: number]
  ): void;
  castBytes(x: number, out: number, count: number, toFloat: number): void;
  select(test: number, yes: number, no: number, out: number, ...sizesAndStrides: number[]): void;
  sumMiddle(
    ...args: [x: number, out: number, outer: number, count: number, inner: number, scale: number]
  ): void;
  extremeMiddle(
    ...args: [x: number, out: number, outer: number, count: number, inner: number, sign: number]
  ): void;
  copyStrided(from: number, to: number, ...sizesAndStrides: number[]): void;
  fill(to: number, count: number, bits: number): void;
  gather(
    ...args: [
      ...[from: number, indices: number, to: number, outer: number, size: number, count: number],
      ...[bytes: number, perOuter: number],
    ]
  ): number;
  pixelOperation(
    ...args: [
      ...[x: number, kinds: number, values: number, coefficients: number, out: number],
      ...[first: number, last: number, height: number, width: number, tables: number],
    ]
  ): void;
  draw(
    ...args: [
      ...[key: number, stream: number, domain: number, out: number, count: number],
      ...[toFloat: number],
    ]
  ): void;
}

/** The kernels over a memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  // What a WebAssembly module exports is known to its author only.
  return instance.exports as unknown as KernelExports;
}
