import { UserError } from "../errors.ts";
import type { Method } from "../methods/method.ts";
import { BASE_HEAD, headPrefix, otherHeadNames } from "../nets/heads.ts";
import { fromTorch, torchShape } from "../nets/layout.ts";
import { decodeSafetensors, float32Values, type SafeTensor } from "./safetensors.ts";
import type { StepProgram } from "./step.ts";
import { weightsPath } from "./weights_path.ts";

/** Tensors named in a message. */
const NAMED = 5;

/** A step that starts from given weights, and what the weights lacked. */
export interface Started {
  readonly step: StepProgram;
  /** Heads that the weights do not have: they start as without weights. */
  readonly drawn: readonly string[];
}

/**
 * The step with parameters, moving averages and running statistics from a directory of the stage `weights`. Momenta start at zero.
 *
 * @throws {UserError} that names tensors that are missing, unexpected or of another shape. Heads alone may be missing.
 */
export async function startFrom(
  step: StepProgram,
  { weights: directory, method }: { readonly weights: string; readonly method: Method },
): Promise<Started> {
  const path = weightsPath(directory);
  const heads = [BASE_HEAD, ...method.heads].map(headPrefix);
  const found = withOwnHeads(decodeSafetensors(await Deno.readFile(path), path).tensors, heads);
  const own = new Map(
    step.state.filter(({ name }) => /^(param|buffer)\./.test(name))
      .map(({ name, spec }) => [name.slice(name.indexOf(".") + 1), spec.shape]),
  );
  const drawn = heads.filter((head) =>
    [...found.keys()].every((name) => !name.startsWith(`${head}.`))
  );
  const isDrawn = (name: string) => drawn.some((head) => name.startsWith(`${head}.`));
  checkFit(own, found, isDrawn);
  const values = new Map(
    [...found].map(([name, tensor]) => [
      name,
      fromTorch({ shape: tensor.shape, data: float32Values(tensor) }).data,
    ]),
  );
  const state = step.state.map((tensor) => {
    const [, kind, name = ""] = /^(param|ema|buffer)\.(.*)$/.exec(tensor.name) ?? [];
    return kind === undefined || isDrawn(name) ? tensor : { ...tensor, initial: values.get(name)! };
  });
  return { step: { ...step, state }, drawn };
}

/** The tensors with heads under this program's names. */
function withOwnHeads(
  tensors: ReadonlyMap<string, SafeTensor>,
  heads: readonly string[],
): ReadonlyMap<string, SafeTensor> {
  const renamed = new Map(tensors);
  for (const head of heads) {
    if (tensors.has(`${head}.weight`)) continue;
    const alias = otherHeadNames(head).find((name) => tensors.has(`${name}.weight`));
    if (alias === undefined) continue;
    for (const part of ["weight", "bias"]) {
      const tensor = tensors.get(`${alias}.${part}`);
      if (tensor) renamed.set(`${head}.${part}`, tensor);
      renamed.delete(`${alias}.${part}`);
    }
  }
  return renamed;
}

function checkFit(
  own: ReadonlyMap<string, readonly number[]>,
  found: ReadonlyMap<string, SafeTensor>,
  isDrawn: (name: string) => boolean,
): void {
  const missing = [...own.keys()].filter((name) => !found.has(name) && !isDrawn(name));
  const unexpected = [...found.keys()].filter((name) => !own.has(name));
  const misshapen = [...found].flatMap(([name, { shape }]) => {
    const inProgram = own.get(name);
    if (inProgram === undefined) return [];
    const expected = torchShape(inProgram);
    return expected.join() === shape.join() ? [] : [`${name} is [${shape}], not [${expected}]`];
  });
  const problems = [
    listed("missing", missing),
    listed("unexpected", unexpected),
    listed("of another shape", misshapen),
  ].filter((text) => text !== "");
  if (problems.length === 0) return;
  throw new UserError(`The pretrained weights do not fit the net: ${problems.join("; ")}`);
}

function listed(what: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return `${what}: ${names.slice(0, NAMED).join(", ")}${more}`;
}
