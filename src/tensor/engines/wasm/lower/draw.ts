import { elementCount } from "../../../program.ts";
import { STREAM_DOMAIN } from "../../../threefry.ts";
import type { Lower } from "../lowering.ts";

function draw(toFloat: 0 | 1): Lower {
  return (view, { kernels }) => {
    const [key, out, count] = [view.in(0), view.out(), elementCount(view.outSpec().shape)];
    const stream = view.attributes.number("stream");
    return {
      run: (at) => kernels.draw(at.at(key), stream, STREAM_DOMAIN, at.at(out), count, toFloat),
    };
  };
}

/** Counter-based draws. */
export const draws: Readonly<Record<string, Lower>> = {
  RandomUniform: draw(1),
  RandomBits: draw(0),
};
