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
  batchNormForward(
    ...args: [
      ...[x: number, gamma: number, beta: number, y: number, mean: number, variance: number],
      ...[rstd: number, scratch: number, rows: number, channels: number, epsilon: number],
      ...[alpha: number, apply: number],
    ]
  ): void;
  batchNormBackward(
    ...args: [
      ...[dy: number, x: number, y: number, gamma: number, mean: number, rstd: number, dx: number],
      ...[dgamma: number, dbeta: number, rows: number, channels: number, alpha: number],
    ]
  ): void;
  inverseDeviation(
    ...args: [variance: number, rstd: number, rows: number, channels: number, epsilon: number]
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
  draw(
    ...args: [
      ...[key: number, stream: number, domain: number, out: number, count: number],
      ...[toFloat: number],
    ]
  ): void;
}
