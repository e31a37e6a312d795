import * as tf from "@tensorflow/tfjs";
import { recorderBackend } from "./recording/backend.ts";
import "./recording/custom.ts";

/** The value of `x` as a constant to gradients: nothing flows back through it. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  recorderBackend.incRef(x.dataId);
  // The tape never sees how this tensor came about; the cast keeps the rank that tfjs's method forgets.
  return tf.engine().makeTensorFromTensorInfo({
    dataId: x.dataId,
    shape: x.shape,
    dtype: x.dtype,
  }) as T;
}

/** Options of `batchNormTraining`. */
export interface BatchNormOptions {
  /** Added to the (biased) batch variance. */
  readonly epsilon: number;
  /** Slope of a LeakyReLU applied to the result in the same kernel, above 0; none if absent. */
  readonly leakyAlpha?: number;
}

/** What `batchNormTraining` gives. */
export interface BatchNormResult {
  /** [N,H,W,C]: normalised, scaled, shifted, activated. */
  readonly y: tf.Tensor4D;
  /** [C]: mean of the batch; a constant to gradients. */
  readonly mean: tf.Tensor1D;
  /** [C]: unbiased variance of the batch, what PyTorch's running statistics use; a constant to gradients. */
  readonly variance: tf.Tensor1D;
}

/**
 * Batch normalisation with the statistics of the batch, x [N,H,W,C], gamma and beta [C]. One kernel forward, and one for the
 * gradients with respect to x, gamma and beta.
 */
export function batchNormTraining(
  x: tf.Tensor4D,
  affine: { readonly gamma: tf.Tensor1D; readonly beta: tf.Tensor1D },
  options: BatchNormOptions,
): BatchNormResult {
  const { epsilon, leakyAlpha: alpha = 1 } = options;
  if (!(alpha > 0)) throw new RangeError(`Expected a LeakyReLU slope above 0, found ${alpha}`);
  const [y, mean, variance] = tf.engine().runKernel(
    "BatchNormTraining",
    { x, gamma: affine.gamma, beta: affine.beta },
    { epsilon, alpha },
  ) as unknown as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
  return { y, mean: stopGradient(mean), variance: stopGradient(variance) };
}

/**
 * Images by their indices: uint8 storage [M,H,W,C] and int32 [n] to float32 [n,H,W,C] with values 0..255. An index outside is an
 * error of the engine.
 */
export function gatherImages(images: tf.Tensor, indices: tf.Tensor): tf.Tensor4D {
  return tf.cast(tf.gather(images, indices as tf.Tensor1D, 0), "float32") as tf.Tensor4D;
}

/** What `pixelOperation` does to each image. */
export interface PixelOperationOptions {
  /** int32 [n]: codes of `PIXEL_OPERATIONS`. */
  readonly kind: tf.Tensor;
  /** float32 [n]: factor, bits or threshold; ignored by kinds that take none. */
  readonly value: tf.Tensor;
  /** int32 [n,6]: 16.16 coefficients of the kind `affine`; ignored by the others. */
  readonly coefficients: tf.Tensor;
}

/**
 * One operation on each image, of its own kind: x [n,H,W,3] of whole numbers 0..255 to the same. `pixel_operation.ts` says what
 * each kind does. No gradient.
 */
export function pixelOperation(x: tf.Tensor4D, options: PixelOperationOptions): tf.Tensor4D {
  const { kind, value, coefficients } = options;
  return tf.engine().runKernel("PixelOperation", { x, kind, value, coefficients }) as tf.Tensor4D;
}

/** Options of the draws. */
export interface DrawOptions {
  /** Which stream of draws under the key: another number gives independent numbers. */
  readonly stream: number;
  readonly shape: readonly number[];
}

/** Uniform float32 in [0, 1), 24 bits each, from key int32 [2]; `threefry.ts` gives the same bits on the host. */
export function randomUniform(key: tf.Tensor, options: DrawOptions): tf.Tensor {
  return draw("RandomUniform", key, options);
}

/** 32 random bits an element, as int32, from key int32 [2]; `threefry.ts` gives the same bits on the host. */
export function randomBits(key: tf.Tensor, options: DrawOptions): tf.Tensor {
  return draw("RandomBits", key, options);
}

function draw(kernel: string, key: tf.Tensor, { stream, shape }: DrawOptions): tf.Tensor {
  if (key.dtype !== "int32" || key.shape.length !== 1 || key.shape[0] !== 2) {
    throw new RangeError(`Expected a key int32 [2], found ${key.dtype} [${key.shape}]`);
  }
  return tf.engine().runKernel(kernel, { key }, { stream, shape: [...shape] }) as tf.Tensor;
}
