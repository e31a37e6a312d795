import type * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { MethodContext } from "../../src/methods/method.ts";
import { confidenceMask, pseudoLabels } from "../../src/methods/pseudo_labels.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { headLogits } from "../../src/nets/heads.ts";
import { channelsLast, fromTorch, toTorch } from "../../src/nets/layout.ts";
import type { HostArray } from "../../src/tensor/engine.ts";
import { interpret } from "../../src/tensor/interpreter.ts";
import { elementCount } from "../../src/tensor/program.ts";
import { buildInfer } from "../../src/train/infer.ts";
import { buildModel, isTrained } from "../../src/train/model.ts";
import { decays } from "../../src/train/optimiser.ts";
import { learningRateAt, type ScheduleOptions } from "../../src/train/schedule.ts";
import { buildStep, type StepOptions, type StepProgram } from "../../src/train/step.ts";
import { update } from "../../src/train/update.ts";
import {
  assertClose,
  goldenJson,
  type GoldenTensor,
  goldenTensors,
  goldenTest,
} from "../golden.ts";
import { goldenEngineTest, runOn } from "../methods/engines.ts";
import { goldenNet } from "../nets/golden_net.ts";
import type { Given } from "../run_recorded.ts";

interface StepFacts {
  readonly steps: readonly Record<
    "sup_loss" | "unsup_loss" | "total_loss" | "util_ratio" | "lr",
    number
  >[];
  readonly param_groups: readonly { weight_decay: number; params: string[] }[];
  readonly never_updated: readonly string[];
  readonly p_cutoff: number;
  readonly lambda_u: number;
  readonly momentum: number;
  readonly lr: number;
  readonly ema_m: number;
  readonly weight_decay: number;
  /** Such as "cosine 7/16, T = 262144". */
  readonly schedule: string;
}

async function goldenModel() {
  const facts = await goldenJson<StepFacts>("steps.json");
  const start = await goldenTensors("wrn.safetensors");
  const golden = await goldenTensors("steps.safetensors");
  const { id: net, classes, channels } = goldenNet(start);
  const params = { p_cutoff: facts.p_cutoff, lambda_u: facts.lambda_u };
  const labelledCounts = new Array<number>(classes).fill(1);
  const method = await createMethod("fixmatch", { params, context: { classes, labelledCounts } });
  const [height = 0, width = 0] = golden.get("step0.x_lb")!.shape.slice(2); // NCHW
  const images = { count: 1, height, width, channels };
  return {
    facts,
    start,
    golden,
    method,
    model: await buildModel({ net, method, images, classes }),
  };
}

goldenEngineTest("update() golden: FixMatch steps", async (engine) => {
  const { facts, start, golden, method, model } = await goldenModel();
  ok(facts.steps.length > 0);
  const schedule: ScheduleOptions = {
    schedule: "usb",
    learningRate: facts.lr,
    steps: Number(/T = (\d+)/.exec(facts.schedule)![1]),
    method: "fixmatch",
  };
  const state: Record<string, { shape: readonly number[]; data: ArrayLike<number> }> = {};
  for (const parameter of model.parameters) {
    const initial = fromTorch(start.get(`param.${parameter.name}`)!);
    deepStrictEqual(initial.shape, parameter.shape);
    state[`param.${parameter.name}`] = initial;
    state[`ema.${parameter.name}`] = initial;
    if (!isTrained(parameter)) continue;
    const data = new Float32Array(initial.data.length);
    state[`momentum.${parameter.name}`] = { shape: initial.shape, data };
  }
  for (const { name } of model.buffers) state[`buffer.${name}`] = start.get(`param.${name}`)!;

  for (const [index, expected] of facts.steps.entries()) {
    const of = (name: string) => golden.get(`step${index}.${name}`)!;
    const learningRate = learningRateAt(index, schedule);
    const given: Record<string, Given> = {
      ...state,
      lb: channelsLast(of("x_lb")),
      w: channelsLast(of("x_ulb_w")),
      s: channelsLast(of("x_ulb_s")),
      labels: { ...of("y_lb"), dtype: "int32" },
      learning_rate: { shape: [], data: [learningRate] },
    };
    const out = await runOn(engine, given, (t) => {
      const updated = update({
        model,
        method,
        views: {
          labelled: t.lb as tf.Tensor4D,
          weak: t.w as tf.Tensor4D,
          strong: t.s as tf.Tensor4D,
        },
        labels: t.labels as tf.Tensor1D,
        state: t,
        controls: {},
        learningRate: t.learning_rate as tf.Scalar,
        momentum: facts.momentum,
        weightDecay: facts.weight_decay,
        ema: facts.ema_m,
        bnMomentum: 0.001,
      });
      const { labelled, weak, strong } = updated.logits.base!;
      return {
        ...updated.state,
        ...updated.losses.scalars,
        total_loss: updated.losses.total,
        pseudo_label: pseudoLabels(weak!).labels,
        mask: confidenceMask(pseudoLabels(weak!).confidence, facts.p_cutoff),
        logits: labelled.concat(weak!).concat(strong!),
      };
    });
    const what = (name: string) => `step ${index}, ${name}`;
    assertClose(out.logits!, of("logits").data, { tolerance: 1e-4, what: what("logits") });
    for (const name of ["sup_loss", "unsup_loss", "total_loss", "util_ratio"] as const) {
      assertClose(out[name]!, [expected[name]], { tolerance: 1e-4, what: what(name) });
    }
    for (const name of ["pseudo_label", "mask"]) {
      deepStrictEqual([...out[name]!], [...of(name).data], what(name));
    }
    for (const [name, { shape }] of Object.entries(state)) {
      state[name] = { shape, data: out[name]! };
    }
    const prefix = `step${index}.after.`;
    for (const [name, tensor] of golden) {
      if (name.startsWith(prefix)) {
        compareState(state, name.slice(prefix.length), { tensor, kind: "param" });
      }
    }
    const next = learningRateAt(index + 1, schedule);
    ok(Math.abs(next - expected.lr) < 1e-15, what("lr")); // logged after the schedule's step
  }

  for (const [name, tensor] of golden) {
    const [, kind, rest] = /^(param|momentum|ema)\.(.*)$/.exec(name) ?? [];
    if (kind !== undefined) compareState(state, rest!, { tensor, kind });
  }
  for (const name of facts.never_updated) {
    strictEqual(state[`momentum.${name}`], undefined);
    deepStrictEqual([...Array.from(state[`param.${name}`]!.data)], [
      ...start.get(`param.${name}`)!.data,
    ]);
  }
  for (const [kind, file] of [["param", "live"], ["ema", "ema"]] as const) {
    const read: Record<string, Given> = { x: channelsLast(golden.get("eval.x")!) };
    for (const { name } of model.parameters) read[name] = state[`${kind}.${name}`]!;
    for (const { name } of model.buffers) read[name] = state[`buffer.${name}`]!;
    const { logits } = await runOn(engine, read, ({ x, ...t }) => ({
      logits: headLogits(model.net.forwardInference(x as tf.Tensor4D, t, t), t, "base"),
    }));
    const expected = golden.get(`eval.logits_${file}`)!.data;
    assertClose(logits!, expected, { tolerance: 1e-4, what: `logits, ${file}` });
  }
});

/** A PyTorch name is a parameter's or a buffer's. */
function compareState(
  state: Readonly<Record<string, { shape: readonly number[]; data: ArrayLike<number> }>>,
  name: string,
  { tensor, kind }: { tensor: GoldenTensor; kind: string },
): void {
  const isBuffer = /running_(mean|var)$/.test(name);
  const key = isBuffer ? `buffer.${name}` : `${kind}.${name}`;
  const { shape, data } = state[key]!;
  const actual = toTorch({ shape, data: Float32Array.from(data) });
  deepStrictEqual(actual.shape, tensor.shape, key);
  const tolerance = isBuffer ? 1e-5 : kind === "momentum" ? 1e-3 : 1e-4;
  assertClose(actual.data, tensor.data, { tolerance, what: key });
}

goldenTest("decays() golden: the reference's parameter groups", async () => {
  const { facts, model } = await goldenModel();
  for (const { weight_decay, params } of facts.param_groups) {
    for (const name of params) {
      const { shape } = model.parameters.find((parameter) => parameter.name === name)!;
      strictEqual(decays(name, shape), weight_decay > 0, name);
    }
  }
});

const SIZE = 8;
const COUNT = 6;

async function options(
  id: string,
  { params = {}, context = { classes: 3, labelledCounts: [2, 1, 1] }, ...rest }: {
    params?: Record<string, unknown>;
    context?: MethodContext;
  } & Partial<StepOptions> = {},
): Promise<StepOptions> {
  return {
    net: "wrn-10-1",
    method: await createMethod(id, { params, context }),
    images: { count: COUNT, height: SIZE, width: SIZE, channels: 3 },
    classes: context.classes,
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
    batch: 2,
    unlabelledRatio: 2,
    momentum: 0.9,
    weightDecay: 5e-4,
    ema: 0.9,
    bnMomentum: 0.1,
    weak: "crop|flip",
    strong: "simple",
    seed: 7,
    ...rest,
  };
}

const IMAGES = Uint8Array.from({ length: COUNT * SIZE * SIZE * 3 }, (_, i) => (i * i * 31) % 256);

/** Runs a recorded step once with the interpreter. */
function runStep(
  step: StepProgram,
  changes: Record<string, ArrayLike<number>> = {},
): Record<string, Float64Array> {
  const given: Record<string, ArrayLike<number>> = {
    images: IMAGES,
    labels: [0, 1, 2, 0, 1, 2],
    labelled_indices: [0, 1],
    unlabelled_indices: [2, 3, 4, 5],
    key: [7, 0],
    learning_rate: [0.03],
  };
  for (const { name, initial } of step.state) given[name] = initial;
  return interpret(step.program, { ...given, ...changes });
}

function controlsOf(method: StepOptions["method"]): Record<string, HostArray> {
  return Object.fromEntries(
    Object.entries(method.host.controls()).map(([name, value]) => [`control.${name}`, value]),
  );
}

Deno.test("buildStep() names its inputs, outputs and scalars", async () => {
  const step = await buildStep(await options("fixmatch+scssl"));
  deepStrictEqual(step.inputs.map(({ name }) => name), [
    "images",
    "labels",
    "labelled_indices",
    "unlabelled_indices",
    "key",
    "learning_rate",
    "control.class_weights",
    "control.threshold_balanced",
    "control.threshold_expansive",
  ]);
  const names = step.state.map(({ name }) => name);
  deepStrictEqual(Object.keys(step.program.outputs).sort(), [...names, "scalars"].sort());
  strictEqual(step.scalars[0], "total_loss");
  for (const { spec, initial } of step.state) strictEqual(elementCount(spec.shape), initial.length);
  const supervised = await buildStep(await options("supervised"));
  ok(!supervised.inputs.some(({ name }) => name === "unlabelled_indices"));
});

Deno.test("buildStep() starts every method from the same network", async () => {
  const plain = await buildStep(await options("supervised"));
  const heads = await buildStep(await options("fixmatch+scssl"));
  const initial = new Map(heads.state.map(({ name, initial }) => [name, initial]));
  for (const { name, initial: expected } of plain.state) {
    deepStrictEqual(initial.get(name), expected);
  }
  const other = await buildStep(await options("supervised", { seed: 8 }));
  const kernel = (step: StepProgram) =>
    step.state.find(({ name }) => name === "param.conv1.weight")!.initial;
  notDeepStrictEqual(kernel(other), kernel(plain));
});

Deno.test("buildStep() steps by learning rate, averages, and repeats itself", async () => {
  for (const id of ["supervised", "fixmatch", "fixmatch+scssl"]) {
    const given = await options(id);
    const step = await buildStep(given);
    const controls = controlsOf(given.method);
    const first = runStep(step, controls);
    deepStrictEqual(runStep(step, controls), first);
    ok(first.scalars!.every(Number.isFinite), id);
    const still = runStep(step, { ...controls, learning_rate: [0] });
    const start = step.state.find(({ name }) => name === "param.classifier.weight")!.initial;
    assertClose(still["param.classifier.weight"]!, start, { tolerance: 1e-6, what: id });
    const moved = first["param.classifier.weight"]!;
    notDeepStrictEqual([...moved], [...start]);
    const averaged = Float64Array.from(moved, (value, i) => 0.9 * start[i]! + 0.1 * value);
    assertClose(first["ema.classifier.weight"]!, averaged, { tolerance: 1e-6, what: id });
    const draws = runStep(step, { ...controls, key: [7, 1] });
    notDeepStrictEqual([...draws.scalars!], [...first.scalars!]);
  }
});

Deno.test("buildStep() does not depend on the order of the labelled rows without augmentation", async () => {
  const step = await buildStep(
    await options("fixmatch", { weak: "plain", strong: "plain", params: { p_cutoff: 0 } }),
  );
  const forwards = runStep(step, { labelled_indices: [0, 1], unlabelled_indices: [2, 3, 4, 5] });
  const backwards = runStep(step, { labelled_indices: [1, 0], unlabelled_indices: [5, 2, 4, 3] });
  for (const name of Object.keys(forwards)) {
    assertClose(backwards[name]!, forwards[name]!, { tolerance: 1e-6, what: name });
  }
});

Deno.test("buildStep() trains with two classes of one labelled image each", async () => {
  const context = { classes: 2, labelledCounts: [1, 1] };
  const given = await options("fixmatch+scssl", { context });
  const out = runStep(await buildStep(given), {
    ...controlsOf(given.method),
    labels: [0, 1, 0, 0, 0, 0],
  });
  ok(Object.values(out).every((values) => values.every(Number.isFinite)));
});

Deno.test("buildStep() and the method reject what cannot be trained", async () => {
  await rejects(buildStep(await options("fixmatch", { strong: "autoaugment" })), RangeError);
  await rejects(buildStep(await options("fixmatch", { net: "wrn-9-1" })), RangeError);
  const context = { classes: 2, labelledCounts: [3, 0] };
  await rejects(options("fixmatch+scssl", { context }), /none of class 1/);
});

Deno.test("buildInfer() gives the logits of every head, by averaged or live parameters", async () => {
  const given = await options("fixmatch+scssl");
  const step = await buildStep(given);
  const common = { ...given, batch: 3, view: "plain" } as const;
  const [ema, live] = await Promise.all([
    buildInfer({ ...common, weights: "ema" }),
    buildInfer({ ...common, weights: "live" }),
  ]);
  deepStrictEqual(ema.heads, ["base", "balanced", "expansive"]);
  const state = Object.fromEntries(step.state.map(({ name, initial }) => [name, initial]));
  const run = ({ program, inputs }: typeof ema) => {
    const all: Record<string, ArrayLike<number>> = {
      ...state,
      images: IMAGES,
      indices: [5, 0, 3],
    };
    return interpret(
      program,
      Object.fromEntries(inputs.map(({ name }) => [name, all[name]!])),
    );
  };
  const logits = run(ema);
  deepStrictEqual(Object.keys(logits), ["logits.base", "logits.balanced", "logits.expansive"]);
  deepStrictEqual(run(live), logits); // equal before the first step
  strictEqual(logits["logits.base"]!.length, 9);
});

Deno.test("buildInfer() predicts one blank image without reading any", async () => {
  const given = await options("fixmatch+cdmad");
  const step = await buildStep(given);
  const blank = await buildInfer({ ...given, batch: 1, view: "blank", weights: "ema" });
  const names = blank.inputs.map(({ name }) => name);
  ok(names.every((name) => /^(ema|buffer)\./.test(name)), names.join());
  const state = Object.fromEntries(step.state.map(({ name, initial }) => [name, initial]));
  const logits = interpret(
    blank.program,
    Object.fromEntries(names.map((name) => [name, state[name]!])),
  );
  strictEqual(logits["logits.base"]!.length, 3);
});

Deno.test("buildStep() leaves running statistics to the joint pass", async () => {
  const [plain, cdmad] = await Promise.all([
    options("fixmatch").then(buildStep),
    options("fixmatch+cdmad", { params: { debias_from_epoch: 0 } }).then(buildStep),
  ]);
  const [own, theirs] = [runStep(cdmad, { "step.cdmad_active": [1] }), runStep(plain)];
  for (const name of Object.keys(own).filter((name) => name.startsWith("buffer."))) {
    deepStrictEqual(own[name], theirs[name]);
  }
  notDeepStrictEqual([...own.scalars!], [...theirs.scalars!]);
});
