import type * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, ok, throws } from "node:assert/strict";
import type { Engine, HostArray } from "../../src/tensor/engine.ts";
import { createWasmEngine } from "../../src/tensor/engines/wasm/mod.ts";
import { expandProgram } from "../../src/tensor/expand.ts";
import { interpret } from "../../src/tensor/interpreter.ts";
import { pixelOperation } from "../../src/tensor/ops.ts";
import { PIXEL_OPERATIONS } from "../../src/tensor/pixel_operation.ts";
import type { Program } from "../../src/tensor/program.ts";
import { record } from "../../src/tensor/recorder.ts";
import { hostValues } from "./kernel_case.ts";

type Inputs = Readonly<Record<"x" | "kind" | "value" | "coefficients", Float32Array | Int32Array>>;

function program(n: number, [height, width]: readonly [number, number]): Program {
  return record({
    x: { shape: [n, height, width, 3], dtype: "float32" },
    kind: { shape: [n], dtype: "int32" },
    value: { shape: [n], dtype: "float32" },
    coefficients: { shape: [n, 6], dtype: "int32" },
  }, ({ x, kind, value, coefficients }) => ({
    out: pixelOperation(x as tf.Tensor4D, {
      kind: kind!,
      value: value!,
      coefficients: coefficients!,
    }),
  }));
}

async function runOn(engine: Engine, program: Program, inputs: Inputs): Promise<HostArray> {
  const executable = await engine.prepare(program);
  const given = Object.fromEntries(
    Object.entries(program.inputs).map(([name, value]) => [
      name,
      engine.upload(program.values[value]!, inputs[name as keyof Inputs]),
    ]),
  );
  const { out } = await executable.run(given);
  const result = await engine.download(out!);
  for (const tensor of [out!, ...Object.values(given)]) engine.free(tensor);
  executable.dispose();
  return result;
}

function integers(count: number, seed: number, range: readonly [number, number]): number[] {
  return hostValues({ shape: [count], dtype: "int32" }, { seed, range });
}

/** Six images for each kind: of all values, of few, of one, dark ones, … */
function mixed(perKind: number, [height, width]: readonly [number, number], seed: number): Inputs {
  const codes = Object.values(PIXEL_OPERATIONS);
  const n = codes.length * perKind;
  const size = height * width * 3;
  const lows = integers(n, seed, [0, 200]);
  const spans = integers(n, seed + 1, [0, 256]);
  const noise = integers(n * size, seed + 2, [0, 1 << 20]);
  const x = Float32Array.from(noise, (value, i) => {
    const image = Math.floor(i / size);
    const span = i % 3 === 2 && image % 5 === 0 ? 1 : spans[image]! + 1;
    return Math.min(255, lows[image]! + value % span);
  });
  const kind = Int32Array.from({ length: n }, (_, i) => codes[i % codes.length]!);
  const u = hostValues({ shape: [n], dtype: "float32" }, { seed: seed + 3, range: [0, 1] });
  const value = Float32Array.from(kind, (code, i) => {
    if (code === PIXEL_OPERATIONS.posterize) return 1 + Math.floor(8 * u[i]!);
    return code === PIXEL_OPERATIONS.solarize ? 257 * u[i]! : u[i]!;
  });
  const terms = integers(6 * n, seed + 4, [-32768, 32768]);
  const coefficients = Int32Array.from(
    terms,
    (term, i) => i % 3 === 2 ? term * 8 : i % 6 === 0 || i % 6 === 4 ? 65536 + term : term,
  );
  return { x, kind, value, coefficients };
}

for (const [height, width] of [[32, 32], [9, 7], [2, 5], [1, 1]] as const) {
  Deno.test(`pixelOperation() is the same everywhere for ${height} × ${width} pixels`, async () => {
    const inputs = mixed(6, [height, width], height);
    const native = program(inputs.kind.length, [height, width]);
    const expanded = expandProgram(native);
    ok(!expanded.calls.some(({ kernel }) => kernel === "PixelOperation"));
    const expected = [...interpret(native, inputs).out!];
    ok(expected.every((value) => value >= 0 && value <= 255 && Number.isInteger(value)));
    const engine = await createWasmEngine();
    const threaded = await createWasmEngine({ threads: 2 });
    try {
      deepStrictEqual([...await runOn(engine, native, inputs)], expected, "wasm");
      deepStrictEqual([...await runOn(threaded, native, inputs)], expected, "wasm, threads");
      deepStrictEqual([...await runOn(engine, expanded, inputs)], expected, "expanded");
    } finally {
      engine.close();
      threaded.close();
    }
  });
}

Deno.test("pixelOperation() stretches contrast as float64 does, whatever the range", async () => {
  const pairs: (readonly [number, number])[] = [];
  for (let low = 0; low < 256; low++) {
    for (let high = low + 1 + (low * 5) % 11; high < 256; high += 11) pairs.push([low, high]);
  }
  const n = Math.floor(pairs.length / 3);
  const x = Float32Array.from({ length: n * 256 * 3 }, (_, i) => {
    const [low, high] = pairs[3 * Math.floor(i / 768) + i % 3]!;
    return low + Math.floor((i % 768) / 3) % (high - low + 1);
  });
  const inputs = {
    x,
    kind: new Int32Array(n).fill(PIXEL_OPERATIONS.autocontrast),
    value: new Float32Array(n),
    coefficients: new Int32Array(6 * n),
  };
  const expected = Float32Array.from(x, (pixel, i) => {
    const [low, high] = pairs[3 * Math.floor(i / 768) + i % 3]!;
    const scale = 255 / (high - low);
    return Math.min(255, Math.max(0, Math.trunc(pixel * scale + -low * scale)));
  });
  const engine = await createWasmEngine();
  const native = program(n, [16, 16]);
  deepStrictEqual(await runOn(engine, native, inputs), expected, "wasm");
  deepStrictEqual(await runOn(engine, expandProgram(native), inputs), expected, "expanded");
  engine.close();
});

Deno.test("pixelOperation() takes colour images only", () => {
  throws(
    () =>
      record({ x: { shape: [2, 4, 4, 1], dtype: "float32" } }, ({ x }) => ({
        out: pixelOperation(x as tf.Tensor4D, { kind: x!, value: x!, coefficients: x! }),
      })),
    /PixelOperation: expected \[n,H,W,3\]/,
  );
});

Deno.test("expandProgram() leaves native kernels and other programs as they are", () => {
  const native = program(2, [4, 4]);
  deepStrictEqual(expandProgram(native, (kernel) => kernel === "PixelOperation"), native);
});
