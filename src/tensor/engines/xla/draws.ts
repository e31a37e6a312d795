import { Attributes } from "../../kernels.ts";
import { elementCount, type KernelCall, type Program } from "../../program.ts";
import type { Emitter } from "./hlo/emitter.ts";
import { drawWords, type StreamDraw } from "./hlo/threefry.ts";
import type { Value } from "./hlo/types.ts";
import type { DeviceKind } from "./pjrt/client.ts";

interface Part extends StreamDraw {
  readonly from: number;
}

/** The draws of a program: all those under one key are made at once, since each takes its time to compile. */
export class Draws {
  readonly #parts = new Map<KernelCall, Part>();
  /** By the number of the key's value. */
  readonly #groups = new Map<number, Part[]>();
  readonly #words = new Map<number, Value>();

  constructor(program: Program, private readonly device: DeviceKind) {
    for (const call of program.calls) {
      const [key] = call.inputs;
      if (!isDraw(call) || key === undefined) continue;
      const attributes = new Attributes(call.attributes);
      const group = this.#groups.get(key) ?? [];
      const last = group.at(-1);
      const part = {
        stream: attributes.number("stream"),
        count: elementCount(attributes.list("shape")),
        from: last ? last.from + last.count : 0,
      };
      this.#groups.set(key, [...group, part]);
      this.#parts.set(call, part);
    }
  }

  /** The words ui32 of a call, if it draws. */
  of(call: KernelCall, { hlo, key }: { hlo: Emitter; key: Value | undefined }): Value | undefined {
    const [part, number] = [this.#parts.get(call), call.inputs[0]];
    if (!part || !key || number === undefined) return undefined;
    let words = this.#words.get(number);
    if (!words) {
      // On a GPU a loop's steps are launched one by one, which costs more than it saves.
      const draws = this.#groups.get(number) ?? [];
      words = drawWords(hlo, key, { draws, loop: this.device === "cpu" });
      this.#words.set(number, words);
    }
    return hlo.slice(words, { begin: [part.from], end: [part.from + part.count] });
  }
}

function isDraw({ kernel }: KernelCall): boolean {
  return kernel === "RandomUniform" || kernel === "RandomBits";
}
