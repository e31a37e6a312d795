import { setImmediate } from "node:timers/promises";
import { join } from "node:path";
import { epochOf, startsEpoch } from "../methods/epoch.ts";
import type { EpochEnd, Method } from "../methods/method.ts";
import { headPrefix, stateDictName } from "../nets/heads.ts";
import { Checkpoints, type StoredTensor } from "./checkpoint.ts";
import { DeviceModel } from "./device_model.ts";
import { EpochOrder } from "./epoch_order.ts";
import {
  encodeEvaluation,
  encodeLogits,
  evaluateOutputs,
  type EvaluationsMeta,
  type HeadLogits,
} from "./evaluations.ts";
import { explainNonFinite, nonFinite, NonFiniteLoss } from "./finiteness.ts";
import { handOver, ownInputs, stepInfo } from "./method_step.ts";
import { MetricsLog } from "./metrics_log.ts";
import { nextGeneration } from "./next_generation.ts";
import { type PredictorChoice, Predictors } from "./predictors.ts";
import {
  bestStep,
  type Due,
  filesOf,
  FRESH_RECORD,
  type RunRecord,
  spooled,
} from "./run_record.ts";
import { recordStep } from "./record_step.ts";
import { disposeImages } from "./run_data.ts";
import { ScalarReader } from "./scalar_reader.ts";
import { learningRateAt } from "./schedule.ts";
import { Spool } from "./spool.ts";
import { startFrom } from "./starting_weights.ts";
import type { StepProgram } from "./step.ts";
import type { TrainOptions } from "./train_options.ts";
import { stepsPerEpoch, UNKEYED_TRAIN_PARAMS } from "./train_params.ts";
import { encodeWeights } from "./weights_file.ts";
import { writeOutputs } from "./write_outputs.ts";

/** Steps between readings of the scalars. */
const READ_EVERY_STEPS = 10;
/** A slow run also writes a checkpoint after this time; writing one changes no number. */
const CHECKPOINT_SECONDS = 60;
/** State tensors kept of the best evaluation: what inference reads. */
const INFERENCE_STATE = /^(ema|buffer)\./;

/**
 * Trains, evaluates and writes the outputs, going on from the last good checkpoint. A run that was interrupted any number
 * of times writes the same bytes as one that was not. When the signal fires a checkpoint is written and the signal's
 * reason thrown. Throws an Error with step and norms when the loss is not finite.
 */
export async function train(options: TrainOptions): Promise<void> {
  const { engine, params, signal, previous } = options;
  const data = previous === undefined
    ? options.data
    : await nextGeneration(options.data, { engine, params, previous, signal });
  const training = await Training.create({ ...options, data });
  try {
    await training.run();
  } finally {
    training.dispose();
  }
}

class Training {
  readonly #options: TrainOptions;
  readonly #method: Method;
  readonly #step: StepProgram;
  readonly #model: DeviceModel;
  readonly #predictors: Predictors;
  readonly #scalars: ScalarReader;
  readonly #order: EpochOrder;
  readonly #checkpoints: Checkpoints<RunRecord>;
  readonly #spool: Spool;
  readonly #log: MetricsLog;
  readonly #epochSteps: number;
  #record: RunRecord = FRESH_RECORD;
  /** Where and when the last checkpoint was written or read. */
  #saved = { position: "", seconds: performance.now() / 1000 };

  private constructor(
    options: TrainOptions,
    parts: { method: Method; step: StepProgram; model: DeviceModel; predictors: Predictors },
  ) {
    const { params, data, checkpoints, log } = options;
    this.#options = options;
    this.#method = parts.method;
    this.#step = parts.step;
    this.#model = parts.model;
    this.#predictors = parts.predictors;
    this.#scalars = new ScalarReader(options.engine, parts.step.scalars);
    this.#epochSteps = stepsPerEpoch(params.steps);
    this.#order = new EpochOrder({
      epochSteps: Math.ceil(this.#epochSteps), // as many images an epoch, whatever the run's length
      batch: params.batch,
      labelledCount: data.labelled_count,
      unlabelledBatch: parts.method.usesUnlabelled ? params.batch * params.unlabelled_ratio : 0,
      unlabelledCount: data.unlabelled_count,
    });
    const { train, labelled_count, test, height, width, channels } = data;
    const keyed = Object.fromEntries(
      Object.entries(params).filter(([name]) => !UNKEYED_TRAIN_PARAMS.includes(name)),
    );
    const sizes = [train.count, labelled_count, test.count, height, width, channels];
    const fingerprint = JSON.stringify([1, options.engine.family, keyed, sizes]);
    this.#checkpoints = new Checkpoints(checkpoints, { fingerprint, log });
    this.#spool = new Spool(join(checkpoints, "finished"));
    this.#log = new MetricsLog(join(checkpoints, "metrics.jsonl"));
  }

  static async create(options: TrainOptions): Promise<Training> {
    const { engine, params, data, pretrained } = options;
    const { method, model, step: fresh } = await recordStep(data, params);
    const { step, drawn } = pretrained === undefined
      ? { step: fresh, drawn: [] }
      : await startFrom(fresh, { weights: pretrained, method });
    if (drawn.length > 0) options.log(`Not among the pretrained weights: ${drawn.join(", ")}`);
    const onDevice = await DeviceModel.create(engine, step, data.train);
    const predictors = new Predictors({
      engine,
      model,
      weak: params.weak,
      train: { images: onDevice.images, count: data.train.count },
      test: data.test,
    });
    disposeImages(data);
    return new Training(options, { method, step, model: onDevice, predictors });
  }

  async run(): Promise<void> {
    const { params, signal } = this.#options;
    try {
      await this.#resume();
      while (true) {
        while (this.#record.due.length > 0) await this.#settle(this.#record.due[0]!);
        if (this.#record.step >= params.steps) break;
        if (this.#checkpointIsDue()) await this.#checkpoint();
        await setImmediate(); // lets the signal's sender speak
        signal.throwIfAborted();
        await this.#trainStep();
      }
      await this.#scalars.read();
    } catch (error) {
      if (error instanceof NonFiniteLoss) {
        const state = await this.#model.save();
        throw explainNonFinite(error, { state, step: this.#record.step, steps: params.steps });
      }
      if (signal.aborted) await this.#checkpoint();
      throw error;
    }
    await writeOutputs(this.#options.outputs, {
      meta: this.#meta(),
      labels: this.#options.data.test.labels,
      record: this.#record,
      state: await this.#model.save(),
      spool: this.#spool,
      metrics: this.#log.path,
    });
  }

  dispose(): void {
    this.#predictors.dispose();
    this.#scalars.dispose();
    this.#model.dispose();
  }

  async #resume(): Promise<void> {
    const snapshot = await this.#checkpoints.latest(async ({ record }) => {
      const missing = await this.#spool.missing(filesOf(record));
      if (missing) return `${missing} is missing`;
      return this.#log.open({ bytes: record.metrics_bytes }).then(() => undefined, String);
    });
    if (snapshot) {
      const { record, tensors } = snapshot;
      this.#record = record;
      this.#model.load(tensors);
      const host = Object.entries(tensors).filter(([name]) => name.startsWith("host."));
      this.#method.host.load(
        Object.fromEntries(host.map(([name, { data }]) => [name.slice("host.".length), data])),
      );
      this.#spool.adopt(filesOf(record));
      this.#saved = { ...this.#saved, position: this.#position() };
      this.#options.log(`Resuming at step ${record.step} of ${this.#options.params.steps}`);
    } else {
      this.#model.reset();
      await this.#log.open({ bytes: 0 });
    }
    this.#model.setControls(this.#method.host.controls());
  }

  async #trainStep(): Promise<void> {
    const { params, data, engine } = this.#options;
    const { step } = this.#record;
    const learningRate = learningRateAt(step, {
      schedule: params.schedule,
      learningRate: params.learning_rate,
      steps: params.steps,
      method: params.method,
    });
    const indices = this.#order.at(step);
    const info = stepInfo(step, { data, params, indices });
    const { scalars, observed } = await this.#model.run({
      ...indices,
      key: new Int32Array([params.seed, step]),
      learning_rate: new Float32Array([learningRate]),
      ...ownInputs(this.#method, info),
    });
    await handOver(engine, observed, { method: this.#method, info });
    const done = step + 1;
    this.#scalars.push(done, scalars);
    const last = done === params.steps;
    const due: Due[] = [];
    if (last || done % params.evaluate_every === 0) due.push("evaluate");
    if (startsEpoch({ step: done, epochSteps: this.#epochSteps })) due.push("epoch-end");
    this.#record = { ...this.#record, step: done, due };
    if (last || done % READ_EVERY_STEPS === 0) {
      const epoch = epochOf(info);
      await this.#note({ epoch, learning_rate: learningRate, ...await this.#scalars.read() });
    }
    this.#report();
  }

  /** Does the first of what is due; leaves everything as it was if interrupted. */
  async #settle(due: Due): Promise<void> {
    if (due === "evaluate") await this.#evaluate();
    else await this.#endEpoch();
  }

  async #evaluate(): Promise<void> {
    const { data } = this.#options;
    const { step, phase } = this.#record;
    await this.#scalars.read();
    const choice = { part: "test", weights: "ema", view: "plain" } as const;
    const logits = await this.#predict(choice, { first: 0, count: data.test.count });
    const blank = await this.#predict({ ...choice, view: "blank" }, { first: 0, count: 1 });
    const heads: Record<string, HeadLogits> = {};
    for (const [head, values] of Object.entries(logits)) {
      const bias = await this.#model.tensor(`ema.${headPrefix(head)}.bias`);
      heads[head] = { logits: values, bias: Float32Array.from(bias), blank: blank[head]! };
    }
    const outputs = evaluateOutputs(heads, data.test.labels, this.#meta());
    const { top1 } = outputs[this.#method.primary]!.scalars;
    const record = {
      ...this.#record,
      evaluations: [...this.#record.evaluations, { step, top1 }],
      due: this.#record.due.slice(1),
    };
    await this.#spool.write(spooled.evaluation(phase, step), encodeEvaluation({ step, outputs }));
    await this.#spool.write(spooled.logits(phase, step), encodeLogits(heads, { step }));
    if (bestStep(record) === step) {
      const weights: Record<string, StoredTensor> = {};
      for (const { name, spec } of this.#step.state) {
        if (!INFERENCE_STATE.test(name)) continue;
        // a state dict as PyTorch loads it
        const plain = stateDictName(name.replace(INFERENCE_STATE, ""), this.#method.heads);
        weights[plain] = { shape: spec.shape, data: await this.#model.tensor(name) };
      }
      const bytes = encodeWeights(weights, { step: String(step) });
      await this.#spool.write(spooled.best(phase, step), bytes);
    }
    const evaluation = Object.entries(outputs).map(([name, { scalars }]) => {
      const { recalls: _, ...rest } = scalars;
      return [name, rest];
    });
    await this.#note({ evaluation: Object.fromEntries(evaluation) });
    this.#record = record;
    this.#report();
  }

  async #endEpoch(): Promise<void> {
    const { host } = this.#method;
    const { step, phase } = this.#record;
    const epoch = epochOf({ step, epochSteps: this.#epochSteps });
    const before = host.save();
    let decision;
    try {
      decision = await host.onEpochEnd(this.#epochEnd(epoch));
    } catch (error) {
      host.load(before);
      throw error;
    }
    const report = host.report();
    if (Object.keys(report).length > 0) await this.#note({ epoch, method: report });
    if (decision !== "nothing") this.#model.setControls(host.controls());
    if (decision === "restart") {
      await this.#scalars.read();
      this.#model.reset();
      this.#record = { ...FRESH_RECORD, phase: phase + 1 };
    } else {
      this.#record = { ...this.#record, due: this.#record.due.slice(1) };
    }
  }

  #epochEnd(epoch: number): EpochEnd {
    const { labelled_count: first, unlabelled_count: count } = this.#options.data;
    return {
      epoch,
      tensor: (name) => this.#model.tensor(name),
      predictUnlabelled: (choice) => this.#predict({ part: "train", ...choice }, { first, count }),
    };
  }

  #predict(
    choice: PredictorChoice,
    range: { readonly first: number; readonly count: number },
  ): Promise<Record<string, Float32Array>> {
    return this.#predictors.predict(choice, {
      ...range,
      state: this.#model.state,
      key: new Int32Array([this.#options.params.seed, this.#record.step]),
      signal: this.#options.signal,
    });
  }

  #checkpointIsDue(): boolean {
    const { step, phase } = this.#record;
    const seconds = performance.now() / 1000 - this.#saved.seconds;
    const regular = step % this.#options.params.checkpoint_every === 0 && step + phase > 0;
    return regular || seconds > CHECKPOINT_SECONDS;
  }

  /** Writes a checkpoint of the present position, unless there is one. Throws a NonFiniteLoss rather than keep NaNs. */
  async #checkpoint(): Promise<void> {
    if (this.#saved.position === this.#position()) return;
    await this.#scalars.read();
    const state = await this.#model.save();
    if (nonFinite(state).length > 0) throw new NonFiniteLoss(this.#record.step, {});
    const host = Object.entries(this.#method.host.save())
      .map(([name, data]) => [`host.${name}`, { shape: [data.length], data }]);
    await this.#log.sync();
    this.#record = { ...this.#record, metrics_bytes: this.#log.bytes };
    const tensors = { ...state, ...Object.fromEntries(host) };
    await this.#checkpoints.write({ tensors, record: this.#record });
    await this.#spool.retain(filesOf(this.#record));
    this.#saved = { position: this.#position(), seconds: performance.now() / 1000 };
  }

  #position(): string {
    const { phase, step, due } = this.#record;
    return JSON.stringify([phase, step, due]);
  }

  #note(line: Readonly<Record<string, unknown>>): Promise<void> {
    const { step, phase } = this.#record;
    return this.#log.append([{ step, ...(phase > 0 ? { phase } : {}), ...line }]);
  }

  #report(): void {
    const { step, evaluations } = this.#record;
    const { loss } = this.#scalars;
    const current = evaluations.at(-1);
    this.#options.progress({
      done: step,
      total: this.#options.params.steps,
      ...(loss === undefined ? {} : { loss }),
      ...(current ? { accuracy: 100 * current.top1 } : {}),
    });
  }

  #meta(): EvaluationsMeta {
    const { data, engine } = this.#options;
    return {
      format: 1,
      primary: this.#method.primary,
      outputs: this.#method.outputs,
      classes: data.classes,
      test_count: data.test.count,
      official_test_count: data.official_test_count,
      fixed_split: data.fixed_split,
      class_counts: data.split_counts ?? data.labelled_counts,
      ...(data.split_counts ? { prior_counts: data.labelled_counts } : {}),
      engine: engine.name,
      steps: this.#record.evaluations.map(({ step }) => step),
    };
  }
}
