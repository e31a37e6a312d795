/** Data of a generation: images that the last generation's model picks join the labelled ones. */
import { join } from "node:path";
import type { Picks } from "../methods/method.ts";
import { createMethod } from "../methods/registry.ts";
import { BASE_HEAD } from "../nets/heads.ts";
import { fromTorch } from "../nets/layout.ts";
import type { DeviceTensor, Engine } from "../tensor/engine.ts";
import { buildInfer } from "./infer.ts";
import { methodContext } from "./method_step.ts";
import { spec } from "./model.ts";
import { Predictor } from "./predictor.ts";
import { disposeImages, type RunData } from "./run_data.ts";
import { decodeSafetensors, float32Values } from "./safetensors.ts";
import type { TrainParams } from "./train_params.ts";

export interface NextGenerationOptions {
  readonly engine: Engine;
  readonly params: TrainParams;
  /** Directory of the last generation's checkpoints. */
  readonly previous: string;
  readonly signal: AbortSignal;
}

/** Predicts the unlabelled images with the last generation's averaged parameters and adds what its method picks. */
export async function nextGeneration(
  data: RunData,
  options: NextGenerationOptions,
): Promise<RunData> {
  const { params } = options;
  const method = await createMethod(params.method, {
    params: params.method_params,
    context: methodContext(data, params),
  });
  if (!method.pick) throw new Error(`internal: ${method.id} has no generations`);
  const { classes, mean, std, height, width, channels, train } = data;
  const infer = await buildInfer({
    net: params.net,
    method,
    images: { count: train.count, height, width, channels },
    classes,
    mean,
    std,
    batch: Math.min(256, data.unlabelled_count),
    weights: "ema",
    view: "plain",
  });
  const { engine, signal } = options;
  const path = join(options.previous, "last.safetensors");
  const { tensors } = decodeSafetensors(await Deno.readFile(path), path);
  const uploaded: Record<string, DeviceTensor> = {};
  let predictor: Predictor | undefined;
  try {
    for (const { name, spec } of infer.inputs) {
      if (!/^(ema|buffer)\./.test(name)) continue;
      const stored = tensors.get(name);
      if (!stored) throw new Error(`${path}: ${name} is missing`);
      const { data } = fromTorch({ shape: stored.shape, data: float32Values(stored) });
      uploaded[name] = engine.upload(spec, data);
    }
    const shape = { ...spec([train.count, height, width, channels], "int32"), storage: "uint8" };
    const images = engine.upload(shape as Parameters<Engine["upload"]>[0], train.images);
    uploaded.images = images;
    predictor = await Predictor.create(engine, infer, { images });
    const logits = await predictor.predict({
      first: data.labelled_count,
      count: data.unlabelled_count,
      state: uploaded,
      key: new Int32Array(2),
      signal,
    });
    const next = withPicks(data, method.pick(logits[BASE_HEAD]!));
    disposeImages(data, ["train"]);
    return next;
  } finally {
    predictor?.dispose();
    for (const tensor of Object.values(uploaded)) engine.free(tensor);
  }
}

/** The picked images, with the classes that they are picked as, in front of the labelled ones; the unlabelled ones stay. */
export function withPicks(data: RunData, { indices, labels }: Picks): RunData {
  const { train, height, width, channels } = data;
  const pixels = height * width * channels;
  const count = train.count + indices.length;
  const images = new Uint8Array(count * pixels);
  indices.forEach((index, at) => {
    const place = data.labelled_count + index;
    images.set(train.images.subarray(place * pixels, (place + 1) * pixels), at * pixels);
  });
  images.set(train.images, indices.length * pixels);
  const allLabels = new Int32Array(count);
  allLabels.set(labels);
  allLabels.set(train.labels, indices.length);
  const counts = [...data.labelled_counts];
  for (const label of labels) counts[label]! += 1;
  return {
    ...data,
    train: { count, images, labels: allLabels },
    labelled_count: data.labelled_count + indices.length,
    labelled_counts: counts,
    split_counts: data.labelled_counts,
  };
}
