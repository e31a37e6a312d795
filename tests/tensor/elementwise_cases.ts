import * as tf from "@tensorflow/tfjs";
import { f32, i32, type KernelCase } from "./kernel_case.ts";

type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
type Unary = (x: tf.Tensor) => tf.Tensor;

/** Functions of one operand, with the range in which they are defined and smooth enough to compare. */
export const UNARY_FUNCTIONS:
  readonly (readonly [name: string, apply: Unary, range?: readonly [number, number]])[] = [
    ["abs", tf.abs],
    ["ceil", tf.ceil],
    ["clip", (x) => tf.clipByValue(x, -0.5, 1)],
    ["cos", tf.cos],
    ["erf", tf.erf],
    ["exp", tf.exp],
    ["expm1", tf.expm1],
    ["floor", tf.floor],
    ["leakyRelu", (x) => tf.leakyRelu(x, 0.1)],
    ["log", tf.log, [0.1, 3]],
    ["log1p", tf.log1p, [-0.5, 3]],
    ["neg", tf.neg],
    ["reciprocal", tf.reciprocal, [0.5, 2]],
    ["relu", tf.relu],
    ["relu6", (x) => tf.relu6(tf.mul(x, 5))],
    ["round", tf.round],
    ["rsqrt", tf.rsqrt, [0.1, 3]],
    ["sigmoid", tf.sigmoid],
    ["sign", tf.sign],
    ["sin", tf.sin],
    ["softplus", tf.softplus],
    ["sqrt", tf.sqrt, [0, 3]],
    ["square", tf.square],
    ["step", (x) => tf.step(x, 0.2)],
    ["tan", tf.tan, [-1, 1]],
    ["tanh", tf.tanh],
    ["isNaN", (x) => tf.isNaN(tf.sqrt(x))],
    ["isInf", (x) => tf.isInf(tf.div(1, tf.floor(x)))],
    ["isFinite", (x) => tf.isFinite(tf.div(1, tf.floor(x)))],
  ];

/** Functions of two operands that broadcast. */
export const BINARY_FUNCTIONS: readonly (readonly [name: string, apply: Binary])[] = [
  ["add", tf.add],
  ["sub", tf.sub],
  ["mul", tf.mul],
  ["div", tf.div],
  ["maximum", tf.maximum],
  ["minimum", tf.minimum],
  ["squaredDifference", tf.squaredDifference],
  ["mod", tf.mod],
  ["floorDiv", tf.floorDiv],
  ["pow", (a, b) => tf.pow(tf.abs(a), b)],
  ["equal", (a, b) => tf.equal(tf.floor(a), tf.floor(b))],
  ["notEqual", (a, b) => tf.notEqual(tf.floor(a), tf.floor(b))],
  ["greater", tf.greater],
  ["greaterEqual", (a, b) => tf.greaterEqual(tf.floor(a), tf.floor(b))],
  ["less", tf.less],
  ["lessEqual", (a, b) => tf.lessEqual(tf.floor(a), tf.floor(b))],
];

/** Pairs of shapes that broadcast: scalar, row, column, both ways, odd lengths, five axes that cannot be joined. */
const BROADCASTS: readonly (readonly [a: number[], b: number[]])[] = [
  [[], []],
  [[7], []],
  [[], [3, 5]],
  [[5, 3], [3]],
  [[5, 1], [1, 3]],
  [[2, 3, 3, 3], [2, 1, 1, 3]],
  [[2, 3, 1, 3, 2], [1, 3, 2, 1, 2]],
];

function unaryCases(): KernelCase[] {
  return UNARY_FUNCTIONS.flatMap(([name, apply, range]) =>
    [[], [7], [3, 5]].map((shape) => ({
      name: `${name} [${shape}]`,
      inputs: { x: f32(...shape) },
      body: ({ x }: Record<string, tf.Tensor>) => ({ y: apply(x!) }),
      ...(range ? { range } : {}),
    }))
  );
}

function binaryCases(): KernelCase[] {
  return BINARY_FUNCTIONS.flatMap(([name, apply]) =>
    BROADCASTS.flatMap(([a, b]) => {
      const body = (t: Record<string, tf.Tensor>) => ({ y: apply(t.a!, t.b!) });
      return [{ name: `${name} [${a}] [${b}]`, inputs: { a: f32(...a), b: f32(...b) }, body }];
    })
  );
}

const INTEGER: readonly (readonly [name: string, apply: Binary])[] = [
  ["add", tf.add],
  ["sub", tf.sub],
  ["mul", tf.mul],
  ["maximum", tf.maximum],
  ["minimum", tf.minimum],
  ["mod", (a, b) => tf.mod(a, tf.add(tf.abs(b), tf.scalar(1, "int32")))],
  ["floorDiv", (a, b) => tf.floorDiv(a, tf.add(tf.abs(b), tf.scalar(1, "int32")))],
  ["equal", tf.equal],
  ["notEqual", tf.notEqual],
  ["greater", tf.greater],
  ["greaterEqual", tf.greaterEqual],
  ["less", tf.less],
  ["lessEqual", tf.lessEqual],
];

function integerCases(): KernelCase[] {
  return INTEGER.map(([name, apply]) => ({
    name: `${name} of int32`,
    inputs: { a: i32(3, 7), b: i32(7) },
    body: (t) => ({ y: apply(t.a!, t.b!) }),
  }));
}

/** Every function of one operand or two, on scalars too, and what whole numbers have of them. */
export function elementwiseCases(): KernelCase[] {
  return [...unaryCases(), ...binaryCases(), ...integerCases()];
}
