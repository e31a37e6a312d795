import * as tf from "@tensorflow/tfjs";

/**
 * Pillow stretches contrast in float64, x·s − l·s with s = 255/(h − l), and truncates: where the exact result is whole, rounding
 * makes it one less for some l, h and x. A table of those cases lets float32 arithmetic on whole numbers give the same on any engine.
 */
interface Corrections {
  /** By h − l: how many x above l have a whole result, h among them: gcd(h − l, 255); 0 for h = l. */
  readonly whole: Float32Array;
  /** By h − l: where its entries begin, less one. */
  readonly start: Float32Array;
  /** 0 or 1 to take off, by h − l, l and k = 1, 2, …: the k-th of those x. Entry 0 is 0. */
  readonly entries: Float32Array;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function corrections(): Corrections {
  const whole = [0];
  const start = [0];
  const entries = [0];
  for (let range = 1; range < 256; range++) {
    const count = gcd(range, 255);
    whole.push(count);
    start.push(entries.length - 1);
    const scale = 255 / range;
    for (let low = 0; low + range < 256; low++) {
      for (let k = 1; k <= count; k++) {
        const x = low + k * range / count;
        entries.push(k * 255 / count - Math.trunc(x * scale + -low * scale));
      }
    }
  }
  return {
    whole: new Float32Array(whole),
    start: new Float32Array(start),
    entries: new Float32Array(entries),
  };
}

let made: Corrections | undefined;

/** ⌊a / b⌋ of whole numbers below 2²³ in float32, however division is rounded. */
export function floorQuotient(a: tf.Tensor, b: tf.Tensor | number): tf.Tensor {
  return tf.floor(tf.div(tf.add(a, 0.5), b));
}

/**
 * New values by x: [n,3,256], from x [256] and the lowest and highest values [n,3,1] of each channel. Right for values from
 * low to high.
 */
export function autocontrastTable(
  x: tf.Tensor,
  { low, high }: { readonly low: tf.Tensor; readonly high: tf.Tensor },
): tf.Tensor {
  made ??= corrections();
  const range = tf.sub(high, low);
  const divisor = tf.maximum(range, 1);
  const above = tf.sub(x, low);
  const exact = floorQuotient(tf.mul(above, 255), divisor);
  const pick = (table: Float32Array, index: tf.Tensor) =>
    tf.gather(tf.tensor1d(table), tf.cast(index, "int32") as tf.Tensor1D);
  const whole = pick(made.whole, range);
  const scaled = tf.mul(above, whole);
  const k = floorQuotient(scaled, divisor);
  const isWhole = tf.logicalAnd(
    tf.logicalAnd(tf.equal(tf.mul(k, divisor), scaled), tf.greater(k, 0)),
    tf.lessEqual(x, high),
  );
  const entry = tf.add(tf.add(pick(made.start, range), tf.mul(low, whole)), k);
  const correction = pick(made.entries, tf.where(isWhole, entry, tf.zerosLike(entry)));
  const stretched = tf.clipByValue(tf.sub(exact, correction), 0, 255);
  return tf.where(tf.greater(range, 0), stretched, x);
}
