/** Sizes and, for each operand, strides of a loop nest. */
export interface Loops {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/** Joins neighbouring loops that walk every operand evenly and drops those of size 1. */
export function collapse({ sizes, strides }: Loops): Loops {
  const joined: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (const [axis, size] of sizes.entries()) {
    if (size === 1) continue;
    const last = joined.length - 1;
    const even = last >= 0 &&
      strides.every((own, i) => steps[i]?.[last] === (own[axis] ?? 0) * size);
    if (even) {
      joined[last] = (joined[last] ?? 1) * size;
      for (const [i, own] of strides.entries()) {
        const operand = steps[i];
        if (operand) operand[last] = own[axis] ?? 0;
      }
    } else {
      joined.push(size);
      for (const [i, own] of strides.entries()) steps[i]?.push(own[axis] ?? 0);
    }
  }
  return { sizes: joined, strides: steps };
}

/** The innermost `count` loops, filled up with loops of size 1 in front; undefined if there are more. */
export function innermost({ sizes, strides }: Loops, count: number): Loops | undefined {
  if (sizes.length > count) return undefined;
  const missing = count - sizes.length;
  return {
    sizes: [...Array<number>(missing).fill(1), ...sizes],
    strides: strides.map((own) => [...Array<number>(missing).fill(0), ...own]),
  };
}
