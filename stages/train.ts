import { defineStage } from "../src/dag/define_stage.ts";
import { methodModules } from "../src/methods/registry.ts";
import { netModule } from "../src/nets/registry.ts";
import { trainParams, UNKEYED_TRAIN_PARAMS } from "../src/train/train_params.ts";

/** Trains one network with one method on one split and seed, and evaluates it as it goes. */
export const train = defineStage({
  name: "train",
  version: 1,
  module: import.meta.url,
  params: trainParams,
  unkeyed: UNKEYED_TRAIN_PARAMS,
  inputs: {
    images: "one",
    test: "one",
    labelled: "one",
    unlabelled: "optional",
    previous: "optional",
    pretrained: "optional",
  },
  outputs: ["evaluations", "logits", "checkpoints"],
  engine: true,
  modules: ({ method, net }) => [...methodModules(method), netModule(net)],
  async run(context) {
    const { readRunData } = await import("../src/train/run_data.ts");
    const { openEngine } = await import("../src/tensor/engines/select.ts");
    const { train: trainRun } = await import("../src/train/loop.ts");
    const data = await readRunData({
      images: context.input("images"),
      test: context.input("test"),
      labelled: context.input("labelled"),
      ...(context.hasInput("unlabelled") ? { unlabelled: context.input("unlabelled") } : {}),
    });
    const engine = await openEngine(context.engine, {
      threads: context.threads,
      say: (line) => context.log(line),
    });
    context.record("engine", engine.name);
    context.record("engine_digest", engine.digest);
    try {
      await trainRun({
        engine,
        params: context.params,
        data,
        ...(context.hasInput("previous") ? { previous: context.input("previous") } : {}),
        ...(context.hasInput("pretrained") ? { pretrained: context.input("pretrained") } : {}),
        checkpoints: context.checkpoints,
        outputs: {
          evaluations: context.output("evaluations"),
          logits: context.output("logits"),
          checkpoints: context.output("checkpoints"),
        },
        signal: context.signal,
        progress: (progress) => context.progress({ ...progress, unit: "steps" }),
        log: (line, options) => context.log(line, options),
      });
    } finally {
      engine.close();
    }
  },
});
