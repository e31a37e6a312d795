import * as tf from "@tensorflow/tfjs";

/** Does `work`, which is synchronous, while `backend` is TensorFlow.js's. The one before (the recorder's, mostly) is so again afterwards. */
export function onBackend<T>(backend: string, work: () => T): T {
  const before = tf.engine().backendName;
  if (before === backend) return work();
  // Resolves later, but has its effect at once, since the backend is made synchronously.
  void tf.setBackend(backend);
  if (tf.getBackend() !== backend) throw new Error(`internal: tfjs has no backend "${backend}"`);
  try {
    return work();
  } finally {
    if (before) void tf.setBackend(before);
  }
}
