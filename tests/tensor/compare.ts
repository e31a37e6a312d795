import assert from "node:assert/strict";

/** Asserts |a−b| ≤ tolerance · max(1, max|b|) element by element; two NaN and two equal infinities agree. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  options: { tolerance: number; message: string },
): void {
  assert.equal(actual.length, expected.length, `${options.message}: number of elements`);
  let scale = 1;
  for (let i = 0; i < expected.length; i++) {
    const size = Math.abs(expected[i]!);
    if (Number.isFinite(size)) scale = Math.max(scale, size);
  }
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i]!, expected[i]!];
    if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    assert.ok(
      Math.abs(a - b) <= options.tolerance * scale,
      `${options.message}: element ${i} is ${a}, expected ${b}`,
    );
  }
}
