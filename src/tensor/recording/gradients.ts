import * as tf from "@tensorflow/tfjs";

/** `value` with the axes in `axes` brought back with size 1 and repeated to `shape`. */
function spread(value: tf.Tensor, axes: readonly number[], shape: readonly number[]): tf.Tensor {
  const kept = shape.map((size, axis) => axes.includes(axis) ? 1 : size);
  const reps = shape.map((size, axis) => axes.includes(axis) ? size : 1);
  return tf.tile(tf.reshape(value, kept), reps);
}

function replace(kernelName: string, scale: (count: number) => number): void {
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => {
      const x = saved[0];
      if (!x || Array.isArray(dy)) throw new Error(`internal: gradient of ${kernelName}`);
      const axes = tf.util.parseAxisParam(attrs.axis as number[], x.shape);
      const factor = scale(axes.reduce((count, axis) => count * (x.shape[axis] ?? 1), 1));
      return { x: () => spread(factor === 1 ? dy : tf.mul(dy, factor), axes, x.shape) };
    },
  });
}

// tfjs's own gradients of these two build a host array of ones of the size of x at every recording.
replace("Sum", () => 1);
replace("Mean", (count) => 1 / count);

/** No gradient of a kernel rather than a wrong one. */
function refuse(kernelName: string, reason: string): void {
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    gradFunc: () => {
      throw new Error(`TensorFlow.js's gradient of ${kernelName} is wrong: ${reason}`);
    },
  });
}

refuse("FloorDiv", "it takes the quotient for one that is not rounded");
refuse("MirrorPad", "it leaves out what flows back from the mirrored border");
