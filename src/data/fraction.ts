/** Numpy's `around(count · fraction)`: to the nearest integer, a half to the even one. */
export function aroundShare(count: number, fraction: number): number {
  const exact = count * fraction;
  const floor = Math.floor(exact);
  const rest = exact - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
