import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { lineOf, printProgram, record } from "../../src/tensor/mod.ts";
import { stopGradient } from "../../src/tensor/ops.ts";
import { f32 } from "./kernel_case.ts";

/** What `work` throws. */
function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing";
}

const OWN_LINE = /^tests\/tensor\/recorder_test\.ts:\d+:\d+: /;

Deno.test("record() names the line of what would freeze a host value into a program", async (t) => {
  tf.env().set("IS_NODE", false); // else the backend prints an advertisement
  await tf.setBackend("cpu");
  const outside = tf.scalar(2);
  const forbidden: Readonly<Record<string, readonly [() => tf.Tensor, RegExp]>> = {
    randomUniform: [() => tf.randomUniform([2]), /Math\.random|draws on the host/],
    "seeded randomNormal": [
      () => tf.randomNormal([2], 0, 1, "float32", 3),
      /tf\.randomNormal draws on the host/,
    ],
    "seeded randomUniform": [
      () => tf.randomUniform([2], 0, 1, "float32", 3),
      /tf\.randomUniform draws/,
    ],
    truncatedNormal: [() => tf.truncatedNormal([2], 0, 1, "float32", 3), /draws on the host/],
    dropout: [() => tf.dropout(tf.ones([4]), 0.5, undefined, 3), /draws on the host/],
    multinomial: [() => tf.multinomial([0.5, 0.5, 0.5], 3, 1), /Multinomial cannot be recorded/],
    "Math.random": [() => tf.scalar(Math.random()), /Math\.random/],
    dataSync: [
      () => {
        const x = tf.scalar(1);
        x.dataSync();
        return x;
      },
      /cannot be read/,
    ],
    data: [
      () => {
        const x = tf.scalar(1);
        x.data();
        return x;
      },
      /cannot be read/,
    ],
    print: [
      () => {
        const x = tf.scalar(1);
        x.print();
        return x;
      },
      /cannot be read/,
    ],
    variable: [() => tf.variable(tf.scalar(1)), /tf\.variable cannot be recorded/],
    "a kernel without rule": [() => tf.topk(tf.tensor1d([1, 2])).values, /TopK cannot be recorded/],
    "shapes that do not fit": [
      () => tf.add(tf.ones([2]), tf.tensor1d([1, 2, 3])),
      /Add: .*\[2\] and \[3\]/,
    ],
    "a tensor from outside": [() => tf.add(outside, 1), /outside record/],
  };
  for (const [name, [make, expected]] of Object.entries(forbidden)) {
    await t.step(name, () => {
      const message = messageOf(() => record({ y: f32(2) }, () => ({ x: make() })));
      assert.match(message, expected);
      assert.match(message, OWN_LINE);
    });
  }
  outside.dispose();
});

Deno.test("record() leaves no tensor behind, nor the backend, keep and Math.random changed", () => {
  const before = tf.memory().numTensors;
  const { keep } = tf.engine();
  const random = Math.random;
  record({ x: f32(3) }, ({ x }) => {
    tf.keep(tf.add(x!, 1));
    const { value, grads } = tf.valueAndGrads((y: tf.Tensor) =>
      tf.sum(tf.square(tf.keep(tf.mul(y, 2))))
    )([x!]);
    return { value, grad: grads[0]! };
  });
  assert.throws(() =>
    record({ x: f32(3) }, ({ x }) => {
      tf.keep(tf.add(x!, 1));
      throw new Error("stop");
    })
  );
  assert.equal(tf.memory().numTensors, before);
  assert.equal(tf.engine().keep, keep);
  assert.equal(Math.random, random);
});

Deno.test("record() cannot be nested, and refuses outputs that are no tensors", () => {
  assert.match(
    messageOf(() => record({}, () => ({ x: record({}, () => ({})) as unknown as tf.Tensor }))),
    /inside record/,
  );
  assert.match(
    messageOf(() => record({}, () => ({ x: 3 as unknown as tf.Tensor }))),
    /"x" of record\(\) is no tensor/,
  );
});

Deno.test("record() removes dead and repeated calls, and calls that change nothing", () => {
  const program = record({ x: f32(2, 3) }, ({ x }) => {
    tf.exp(x!); // dead
    const a = tf.add(tf.square(x!), tf.square(x!)); // once
    const b = tf.reshape(tf.reshape(tf.tile(a, [1, 1]), [6]), [2, 3]);
    return {
      y: tf.mul(tf.cast(b, "float32"), 1),
      z: tf.pad(tf.transpose(tf.transpose(x!)), [[0, 0], [0, 0]]),
    };
  });
  const kernels = program.calls.map((call) => call.kernel);
  assert.deepEqual(kernels, ["Square", "Add", "Transpose", "Transpose"]);
  assert.deepEqual(program.constants, []);
});

Deno.test("record() keeps constants of one value as splats and lets kernels broadcast", () => {
  const program = record({ x: f32(4, 1000) }, ({ x }) => ({
    a: tf.add(x!, tf.ones([4, 1000])),
    b: tf.mul(x!, tf.tile(tf.slice(x as tf.Tensor2D, [0, 0], [4, 1]), [1, 1000])),
    c: tf.fill([2, 2], 7),
  }));
  assert.deepEqual(
    program.constants.map(({ value, splat }) => [program.values[value]!.shape, splat]),
    [[[], 1], [[2, 2], 7]],
  );
  assert.deepEqual(program.calls.map((call) => call.kernel), ["Add", "Slice", "Multiply"]);
});

Deno.test("record() keeps equal constants once, and those that differ anywhere apart", () => {
  const list = (changed?: number, to = 0) =>
    tf.tensor1d(Float32Array.from({ length: 1000 }, (_, i) => i === changed ? to : i % 7));
  const { constants, outputs } = record({}, () => ({
    first: list(),
    same: list(),
    atTheStart: list(1, 9),
    within: list(555, 9),
    negativeZero: list(7, -0),
    asRow: tf.tensor2d(Float32Array.from({ length: 1000 }, (_, i) => i % 7), [1, 1000]),
  }));
  assert.equal(outputs.first, outputs.same);
  assert.equal(constants.length, 5);
  assert.equal(new Set(Object.values(outputs)).size, 5);
});

Deno.test("record() takes gradients of Sum and Mean without arrays of ones", () => {
  const program = record({ x: f32(64, 1000) }, ({ x }) => ({
    y: tf.grad((a: tf.Tensor) => tf.mean(tf.sum(tf.square(a), 0)))(x!),
  }));
  const largest = Math.max(...program.constants.map(({ data }) => data?.length ?? 1));
  assert.equal(largest, 1);
});

Deno.test("record() makes state of names that are input and output, unless told otherwise", () => {
  const body = ({ a, b }: Record<string, tf.Tensor>) => ({
    a: tf.add(a!, b!),
    c: b!,
    b: tf.neg(b!),
  });
  const inputs = { a: f32(2), b: f32(2) };
  assert.deepEqual(record(inputs, body).state, ["a", "b"]);
  assert.deepEqual(record(inputs, body, { state: ["a"] }).state, ["a"]);
  assert.throws(
    () => record(inputs, body, { state: ["c"] }),
    /State "c" must be an input and an output/,
  );
  assert.throws(
    () => record({ a: f32(2) }, () => ({ a: tf.scalar(1) })),
    /State "a" is float32\[2\] before/,
  );
});

Deno.test("stopGradient() lets nothing flow back, even from kernels without gradient", () => {
  const program = record({ x: f32(3) }, ({ x }) => ({
    y: tf.grad((a: tf.Tensor) =>
      tf.sum(tf.mul(tf.cast(stopGradient(tf.greater(a, 0)), "float32"), tf.square(a)))
    )(x!),
  }));
  assert.ok(program.calls.some((call) => call.kernel === "Greater"));
});

Deno.test("lineOf() is the line that made a call, and printProgram() shows it", () => {
  const program = record({ x: f32(3) }, ({ x }) => ({ y: tf.exp(x!) }));
  assert.match(lineOf(program.calls[0]!), /^tests\/tensor\/recorder_test\.ts:\d+:\d+$/);
  assert.match(
    printProgram(program),
    /^%0: float32\[3\] = input "x"\n%1: float32\[3\] = Exp\(%0\) # tests\/tensor\/recorder_test\.ts:\d+:\d+\noutput "y" = %1\n$/,
  );
});
