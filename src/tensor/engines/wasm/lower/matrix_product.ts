import { elementCount } from "../../../program.ts";
import { broadcastStrides, offsetsOf } from "../../../strides.ts";
import type { Lower, Run } from "../lowering.ts";
import { lowerCorrelation } from "./correlation.ts";

/**
 * Matrix products as 1×1 correlations: the rows of a are the pixels of one image, b is the filter. A transposed a is copied first.
 */
export const matrixProduct: Lower = (view, context) => {
  const { kernels, heap } = context;
  const [aShape, bShape, outShape] = [
    view.inSpec(0).shape,
    view.inSpec(1).shape,
    view.outSpec().shape,
  ];
  const [m = 1, n = 1] = outShape.slice(-2);
  const transposeA = view.attributes.flag("transposeA");
  const k = aShape.at(transposeA ? -2 : -1) ?? 1;
  const batch = outShape.slice(0, -2);
  const pages = (shape: readonly number[]) =>
    offsetsOf(batch, broadcastStrides(shape.slice(0, -2), batch))
      .map((offset) => 4 * offset * elementCount(shape.slice(-2)));
  const [aPages, bPages] = [pages(aShape), pages(bShape)];
  const [a, b, out] = [view.in(0), view.in(1), view.out()];
  // Slots of this call's own: the page at hand.
  const page = { x: context.scratch(0), filter: context.scratch(0), y: context.scratch(0) };
  const turned = transposeA ? context.scratch(4 * m * k) : undefined;
  const multiply: Run = lowerCorrelation(page, context, {
    images: 1,
    source: [1, m, k],
    outputs: n,
    rows: 1,
    columns: m,
    step: [1, 1],
    taps: [{ row: 0, column: 0, filter: 0 }],
    transposed: view.attributes.flag("transposeB"),
    result: { count: m * n, start: 0, row: m * n, column: n },
  });
  if (k === 0 || m === 0 || n === 0) {
    return { run: (at) => heap.floats(at.at(out), m * n * aPages.length).fill(0) };
  }
  return {
    run: (at) => {
      for (let i = 0; i < aPages.length; i++) {
        let x = at.at(a) + (aPages[i] ?? 0);
        if (turned !== undefined) {
          const target = at.at(turned);
          kernels.copyStrided(x, target, 1, 1, 1, m, k, 0, 0, 0, 4, 4 * m, 0, 0, 0, 4 * k, 4);
          x = target;
        }
        at.set(page.x, x);
        at.set(page.filter, at.at(b) + (bPages[i] ?? 0));
        at.set(page.y, at.at(out) + 4 * i * m * n);
        multiply(at);
      }
    },
  };
};
