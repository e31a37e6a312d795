import { toTorch } from "../nets/layout.ts";
import type { StoredTensor } from "./checkpoint.ts";
import { encodeSafetensors, type SafeTensor, safeTensor } from "./safetensors.ts";

/**
 * Weights for other programs: tensors under PyTorch's names, of a whole state with `param.`, `ema.`, `momentum.`, `buffer.` or
 * `method.` in front, kernels OIHW and linear weights [out, in].
 */
export function encodeWeights(
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const stored: Record<string, SafeTensor> = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const weights = data instanceof Float32Array && !name.startsWith("method.");
    const torch = weights ? toTorch({ shape, data }) : { shape, data };
    stored[name] = safeTensor(torch.data, torch.shape);
  }
  return encodeSafetensors(stored, metadata);
}
