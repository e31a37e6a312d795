import type { Lower } from "../lowering.ts";
import { cut } from "../parts.ts";
import type { Task } from "../pool.ts";

/** Bytes of scratch of one task: a table of 256 elements for each channel. */
const TABLE_BYTES = 3 * 256 * 4;

/** RandAugment's operations, each image by its own kind. */
export const pixelOperation: Lower = (view, { pool, scratch }) => {
  const [n = 0, height = 0, width = 0] = view.outSpec().shape;
  const [x, kind, value, coefficients] = [0, 1, 2, 3].map((index) => view.in(index));
  const out = view.out();
  const parts = cut(n).map((part) => ({ ...part, tables: scratch(TABLE_BYTES) }));
  return {
    run: (at) => {
      const [from, kinds, values, maps] = [x, kind, value, coefficients].map((slot) =>
        at.at(slot ?? 0)
      );
      pool.run(parts.map(({ first, last, tables }): Task => [
        "pixelOperation",
        ...[from ?? 0, kinds ?? 0, values ?? 0, maps ?? 0, at.at(out)],
        ...[first, last, height, width, at.at(tables)],
      ]));
    },
  };
};
