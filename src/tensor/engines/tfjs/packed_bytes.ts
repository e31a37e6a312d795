/**
 * TensorFlow.js has no tensor of bytes: an int32 tensor of a data set's pixels would take four times the memory. So rows of bytes are
 * kept as rows of words, four bytes each, the first in the lowest bits; a gather picks whole rows, and only those are unpacked.
 */
import * as tf from "@tensorflow/tfjs";
import { elementCount, type TensorSpec } from "../../program.ts";

const BYTES_PER_WORD = 4;

/** Shape of a packed tensor: rows by words. Undefined where rows are no whole number of words: such bytes are an int32 each. */
export function packedShape({ shape, storage }: TensorSpec): [number, number] | undefined {
  const [rows = 0, ...rest] = shape;
  const row = elementCount(rest);
  if (storage !== "uint8" || shape.length < 2 || row === 0 || row % BYTES_PER_WORD !== 0) {
    return undefined;
  }
  return [rows, row / BYTES_PER_WORD];
}

/** The words of bytes whose number is a multiple of four; a copy. */
export function packBytes(bytes: ArrayLike<number>): Int32Array {
  return new Int32Array(Uint8Array.from(bytes).buffer);
}

/** The bytes of words; a copy. */
export function unpackWords(words: Int32Array): Uint8Array {
  return new Uint8Array(words.slice().buffer);
}

/** The bytes of packed words [..] on the engine, an int32 each, in a shape that has their number. */
export function unpack(words: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const base = tf.scalar(256, "int32");
  const bytes = [0, 1, 2, 3].map((place) => {
    // Rounded down, so that the sign's bit is a bit like others.
    const shifted = place === 0 ? words : tf.floorDiv(words, tf.scalar(256 ** place, "int32"));
    return tf.mod(shifted, base);
  });
  return tf.reshape(tf.stack(bytes, -1), [...shape]);
}
