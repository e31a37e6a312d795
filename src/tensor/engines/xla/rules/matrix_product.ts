import { broadcastShape } from "../../../kernels.ts";
import { dot } from "../hlo/products.ts";
import { input, type Rule } from "./rule.ts";

/** a [.., m, k], b [.., k, n]; leading axes broadcast. */
export const matrixProduct: Readonly<Record<string, Rule>> = {
  BatchMatMul: (call) => {
    const { hlo, attributes } = call;
    const [a, b] = [input(call, 0), input(call, 1)];
    const leading = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const [wideA, wideB] = [a, b].map((x) => hlo.broadcast(x, [...leading, ...x.shape.slice(-2)]));
    if (!wideA || !wideB) throw new Error("internal: BatchMatMul");
    const rank = leading.length;
    const batch = leading.map((_, axis) => axis);
    return dot(hlo, [wideA, wideB], {
      batch: [batch, batch],
      contract: [
        [attributes.flag("transposeA") ? rank : rank + 1],
        [attributes.flag("transposeB") ? rank + 1 : rank],
      ],
    });
  },
};
