/** Bottlenecks of the four stages by depth; 14 is no network of the literature, but quick. */
const STAGES: Readonly<Record<number, readonly number[]>> = {
  14: [1, 1, 1, 1],
  50: [3, 4, 6, 3],
};

/** Bottlenecks of each stage of a ResNet. Throws a RangeError for a depth that there is not. */
export function resNetStages(depth: number): readonly number[] {
  const stages = STAGES[depth];
  if (stages === undefined) {
    const known = Object.keys(STAGES).join(" or ");
    throw new RangeError(`Expected a ResNet of depth ${known}, found ${depth}`);
  }
  return stages;
}
