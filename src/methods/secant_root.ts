/**
 * A zero of f by the secant method, step by step as scipy.optimize.newton takes it without a derivative: the second point
 * lies 1e-4 (relative, plus absolute) beside the first, the point with the larger |f| comes first, and it ends when two
 * points differ by at most the tolerance. After `steps`, or where f overflows, it returns where it has come to. Loose tolerances make the result
 * depend on this order.
 */
export function secantRoot(
  f: (x: number) => number,
  { start, tolerance, steps }: {
    readonly start: number;
    readonly tolerance: number;
    readonly steps: number;
  },
): number {
  let p0 = start;
  let p1 = start * (1 + 1e-4);
  p1 += p1 >= 0 ? 1e-4 : -1e-4;
  let q0 = f(p0);
  let q1 = f(p1);
  if (Math.abs(q1) < Math.abs(q0)) [p0, p1, q0, q1] = [p1, p0, q1, q0];
  let p = p1;
  for (let step = 0; step < steps; step++) {
    if (q1 === q0) return (p1 + p0) / 2;
    p = Math.abs(q1) > Math.abs(q0)
      ? (-q0 / q1 * p1 + p0) / (1 - q0 / q1)
      : (-q1 / q0 * p0 + p1) / (1 - q1 / q0);
    if (!Number.isFinite(p)) return p1;
    if (Math.abs(p - p1) <= tolerance) return p;
    [p0, q0] = [p1, q1];
    p1 = p;
    q1 = f(p1);
  }
  return p;
}
