import type { Attributes } from "../kernels.ts";
import { elementCount } from "../program.ts";
import { broadcastStrides, offsetsOf, stridesOf } from "../strides.ts";
import { at, type Interpretation } from "./operand.ts";

interface Convolution {
  /** [N,H,W,Cin] */
  readonly x: readonly number[];
  /** [N,H',W',Cout] */
  readonly y: readonly number[];
  /** [kh,kw,Cin,Cout] */
  readonly filter: readonly number[];
  readonly attributes: Attributes;
}

/** Calls `visit` with the offsets of x, filter and y of every product of a convolution. */
function products(
  { x, y, filter, attributes }: Convolution,
  visit: (x: number, filter: number, y: number) => void,
): void {
  const [count = 0, height = 0, width = 0, cin = 0] = x;
  const [, yHeight = 0, yWidth = 0, cout = 0] = y;
  const [kh = 0, kw = 0] = filter;
  const [sh = 1, sw = 1] = attributes.list("strides");
  const [dh = 1, dw = 1] = attributes.list("dilations");
  const [top = 0, , left = 0] = attributes.list("pads");
  for (let n = 0; n < count; n++) {
    for (let row = 0; row < yHeight; row++) {
      for (let column = 0; column < yWidth; column++) {
        for (let i = 0; i < kh; i++) {
          for (let j = 0; j < kw; j++) {
            const [xRow, xColumn] = [row * sh + i * dh - top, column * sw + j * dw - left];
            if (xRow < 0 || xRow >= height || xColumn < 0 || xColumn >= width) continue;
            const xAt = ((n * height + xRow) * width + xColumn) * cin;
            const yAt = ((n * yHeight + row) * yWidth + column) * cout;
            const filterAt = (i * kw + j) * cin * cout;
            for (let a = 0; a < cin; a++) {
              for (let b = 0; b < cout; b++) visit(xAt + a, filterAt + a * cout + b, yAt + b);
            }
          }
        }
      }
    }
  }
}

const matrixProduct: Interpretation = (inputs, outputs, attributes) => {
  const [a, b, out] = [at(inputs, 0), at(inputs, 1), at(outputs, 0)];
  const [m = 1, n = 1] = out.spec.shape.slice(-2);
  const batch = out.spec.shape.slice(0, -2);
  const [aStrides, bStrides] = [
    stridesOf(a.spec.shape).slice(-2),
    stridesOf(b.spec.shape).slice(-2),
  ];
  const [aRow = 0, aInner = 0] = attributes.flag("transposeA") ? aStrides.toReversed() : aStrides;
  const [bInner = 0, bColumn = 0] = attributes.flag("transposeB")
    ? bStrides.toReversed()
    : bStrides;
  const inner = a.spec.shape.at(attributes.flag("transposeA") ? -2 : -1) ?? 1;
  const starts = ({ spec }: typeof a) => {
    const own = spec.shape.slice(0, -2);
    const size = elementCount(spec.shape.slice(-2));
    return offsetsOf(batch, broadcastStrides(own, batch)).map((offset) => offset * size);
  };
  const [aStarts, bStarts] = [starts(a), starts(b)];
  aStarts.forEach((aStart, page) => {
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let total = 0;
        for (let k = 0; k < inner; k++) {
          total += (a.data[aStart + row * aRow + k * aInner] ?? 0) *
            (b.data[(bStarts[page] ?? 0) + k * bInner + column * bColumn] ?? 0);
        }
        out.data[(page * m + row) * n + column] = total;
      }
    }
  });
};

/** Convolutions and matrix products. */
export const convolution: Readonly<Record<string, Interpretation>> = {
  BatchMatMul: matrixProduct,
  Conv2D: (inputs, outputs, attributes) => {
    const [x, filter, y] = [at(inputs, 0), at(inputs, 1), at(outputs, 0)];
    products(
      { x: x.spec.shape, y: y.spec.shape, filter: filter.spec.shape, attributes },
      (i, f, o) => {
        y.data[o] = (y.data[o] ?? 0) + (x.data[i] ?? 0) * (filter.data[f] ?? 0);
      },
    );
  },
  Conv2DBackpropInput: (inputs, outputs, attributes) => {
    const [dy, filter, dx] = [at(inputs, 0), at(inputs, 1), at(outputs, 0)];
    products(
      { x: dx.spec.shape, y: dy.spec.shape, filter: filter.spec.shape, attributes },
      (i, f, o) => {
        dx.data[i] = (dx.data[i] ?? 0) + (dy.data[o] ?? 0) * (filter.data[f] ?? 0);
      },
    );
  },
  Conv2DBackpropFilter: (inputs, outputs, attributes) => {
    const [x, dy, filter] = [at(inputs, 0), at(inputs, 1), at(outputs, 0)];
    products(
      { x: x.spec.shape, y: dy.spec.shape, filter: filter.spec.shape, attributes },
      (i, f, o) => {
        filter.data[f] = (filter.data[f] ?? 0) + (x.data[i] ?? 0) * (dy.data[o] ?? 0);
      },
    );
  },
};
