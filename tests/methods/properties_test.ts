/** What holds for the losses of every method, in the float64 interpreter. */
import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert/strict";
import { methodIds } from "../../src/methods/registry.ts";
import type { Method } from "../../src/methods/method.ts";
import { randomUniform } from "../../src/tensor/threefry.ts";
import { assertClose } from "../golden.ts";
import { buildLate, FEATURES, STEP, UNLABELLED } from "./late_method.ts";
import { type LossRun, runLosses, type Values } from "./loss_run.ts";
import { stepInfo } from "./step_info.ts";

const LABELLED = 4;

/** Numbers between −scale and scale by a fixed rule. */
function numbers(stream: number, count: number, scale = 1): number[] {
  return Array.from(randomUniform([5, 0], { stream, count }), (u) => scale * (2 * u - 1));
}

function matrix(stream: number, shape: [number, number], scale = 1): Values {
  return { shape, data: numbers(stream, shape[0] * shape[1], scale) };
}

/** Rows for every input that the method may ask for. */
function makeRun(method: Method, labelledCounts: readonly number[]): LossRun {
  const classes = labelledCounts.length;
  const views = (stream: number, columns: number, scale: number) => ({
    labelled: matrix(stream, [LABELLED, columns], scale),
    weak: matrix(stream + 1, [UNLABELLED, columns], scale),
    strong: matrix(stream + 2, [UNLABELLED, columns], scale),
  });
  const state: Record<string, number[]> = {};
  Object.entries(method.state).forEach(([name, { shape, initial }], at) => {
    const random = numbers(50 + at, initial.length);
    // Positive and no longer the initial values, as after some steps.
    state[name] = Array.from(initial, (value, i) => value + 0.3 * Math.abs(random[i]!));
    if (/_(u|prior|unlabelled|all)$/.test(name)) {
      const sum = state[name].reduce((total, value) => total + value, 0);
      state[name] = state[name].map((value) => value / sum);
    }
    if (/daso_(filled|next)/.test(name)) state[name] = shape[0] ? [...initial] : [];
  });
  const info = stepInfo(STEP, { labelledCount: labelledCounts.reduce((a, b) => a + b, 0) });
  return {
    labels: {
      shape: [LABELLED],
      data: Array.from({ length: LABELLED }, (_, i) => i % classes),
    },
    logits: views(1, classes, 3),
    features: views(10, FEATURES, 2),
    heads: Object.fromEntries(method.heads.map((head, at) => [head, {
      weight: matrix(20 + 2 * at, [classes, FEATURES]),
      bias: { shape: [classes], data: numbers(21 + 2 * at, classes) },
    }])),
    averagedFeatures: matrix(30, [LABELLED, FEATURES], 2),
    blank: { shape: [classes], data: numbers(31, classes) },
    state,
    step: {
      ...method.host.stepInputs?.(info),
      // The host's table is still uniform, and ties go by the number of the class.
      ...(method.stepInputs?.darp_targets
        ? { darp_targets: numbers(40, UNLABELLED * classes).map(Math.abs) }
        : {}),
    },
  };
}

/** State that holds what is estimated of the unlabelled classes, [K]. */
const UNLABELLED_SHARES = ["acr_u", "adello_prior", "simpro_unlabelled", "simpro_mass"];

/** A run late in a training in which no weak row was ever predicted as a class: its estimates have come down to zero. */
function withoutClass(
  absent: number,
  { method, run }: { readonly method: Method; readonly run: LossRun },
): LossRun {
  const never = ({ shape, data }: Values, value: number): Values => {
    const classes = shape.at(-1)!;
    return { shape, data: Array.from(data, (old, i) => i % classes === absent ? value : old) };
  };
  const { darp_targets: targets, ...step } = run.step!;
  const shape = method.stepInputs?.darp_targets?.shape ?? [];
  return {
    ...run,
    logits: { ...run.logits, weak: never(run.logits.weak, -80) },
    heads: Object.fromEntries(
      Object.entries(run.heads!).map(([head, { weight, bias }]) => [
        head,
        { weight, bias: never(bias, -80) },
      ]),
    ),
    state: Object.fromEntries(
      Object.entries(run.state!).map(([name, data]) => [
        name,
        UNLABELLED_SHARES.includes(name)
          ? never({ shape: method.state[name]!.shape, data }, 0).data
          : data,
      ]),
    ),
    step: targets ? { ...step, darp_targets: never({ shape, data: targets }, 0).data } : step,
  };
}

/** Rows of a matrix, or entries of a vector, in another order. */
function reordered({ shape, data }: Values, order: readonly number[]): Values {
  const columns = data.length / shape[0]!;
  return {
    shape,
    data: order.flatMap((row) => Array.from(data).slice(row * columns, (row + 1) * columns)),
  };
}

function columnsReordered({ shape, data }: Values, order: readonly number[]): Values {
  const columns = order.length;
  return {
    shape,
    data: Array.from(data, (_, i) => data[i - i % columns + order[i % columns]!]!),
  };
}

function assertSameLosses(
  actual: Record<string, Float64Array>,
  expected: Record<string, Float64Array>,
  names: readonly string[],
): void {
  for (const name of names) {
    assertClose([...actual[name]!, 1], [...expected[name]!, 1], {
      tolerance: 1e-9,
      what: name,
    });
  }
}

for (const id of methodIds()) {
  const counts = [7, 4, 1];

  Deno.test(`losses() does not depend on the order of the rows: ${id}`, async () => {
    const method = await buildLate(id, counts);
    const run = makeRun(method, counts);
    const orders = { labelled: [2, 0, 3, 1], unlabelled: [5, 3, 0, 1, 4, 2] };
    const mix = (views: LossRun["logits"]) => ({
      labelled: reordered(views.labelled, orders.labelled),
      weak: reordered(views.weak, orders.unlabelled),
      strong: reordered(views.strong, orders.unlabelled),
    });
    const step = Object.fromEntries(
      Object.entries(run.step!).map(([name, data]) => {
        const rows = method.stepInputs![name]!.rows;
        if (!rows) return [name, data];
        const count = rows === "labelled" ? LABELLED : UNLABELLED;
        return [name, reordered({ shape: [count], data }, orders[rows]).data];
      }),
    );
    const mixed: LossRun = {
      ...run,
      labels: reordered(run.labels, orders.labelled),
      logits: mix(run.logits),
      features: mix(run.features!),
      averagedFeatures: reordered(run.averagedFeatures!, orders.labelled),
      step,
    };
    const names = Object.keys(method.state).filter((name) => name !== "daso_bank")
      .map((name) => `state.${name}`);
    assertSameLosses(runLosses(method, mixed), runLosses(method, run), [
      "total",
      ...method.scalars,
      ...names,
    ]);
  });

  Deno.test(`losses() does not move when all logits shift: ${id}`, async () => {
    const method = await buildLate(id, counts);
    const run = makeRun(method, counts);
    const up = ({ shape, data }: Values) => ({
      shape,
      data: Array.from(data, (value) => value + 4),
    });
    const shifted: LossRun = {
      ...run,
      logits: {
        labelled: up(run.logits.labelled),
        weak: up(run.logits.weak),
        strong: up(run.logits.strong),
      },
      heads: Object.fromEntries(
        Object.entries(run.heads!).map(([head, { weight, bias }]) => [head, {
          weight,
          bias: up(bias),
        }]),
      ),
      blank: up(run.blank!),
    };
    assertSameLosses(runLosses(method, shifted), runLosses(method, run), [
      "total",
      ...method.scalars,
    ]);
  });

  Deno.test(`losses() does not depend on the numbering of the classes: ${id}`, async () => {
    const order = [2, 0, 1]; // new class k is old class order[k]
    const method = await buildLate(id, counts);
    const renumbered = await buildLate(id, order.map((k) => counts[k]!));
    const run = makeRun(method, counts);
    const columns = (values: Values) => columnsReordered(values, order);
    const mix = (views: LossRun["logits"]) => ({
      labelled: columns(views.labelled),
      weak: columns(views.weak),
      strong: columns(views.strong),
    });
    const perClass = (values: ArrayLike<number>, shape: readonly number[]) => {
      if (shape.at(-1) === counts.length) return columns({ shape, data: values }).data;
      const blocks = shape[0] === undefined ? 0 : shape[0] % counts.length === 0 ? 3 : 0;
      return blocks ? reordered({ shape: [blocks], data: values }, order).data : values;
    };
    const mixed: LossRun = {
      ...run,
      labels: {
        ...run.labels,
        data: Array.from(run.labels.data, (label) => order.indexOf(label)),
      },
      logits: mix(run.logits),
      heads: Object.fromEntries(
        Object.entries(run.heads!).map(([head, { weight, bias }]) => [head, {
          weight: reordered(weight, order),
          bias: columns(bias),
        }]),
      ),
      blank: columns(run.blank!),
      state: Object.fromEntries(
        Object.entries(run.state!).map(([name, values]) => {
          // The three distances of ACR are no classes.
          if (name === "acr_sum") return [name, values];
          return [name, perClass(values, method.state[name]!.shape)];
        }),
      ),
      step: Object.fromEntries(
        Object.entries(run.step!).map(([name, values]) => [
          name,
          name === "darp_targets" ? columns({ shape: [UNLABELLED, 3], data: values }).data : values,
        ]),
      ),
    };
    assertSameLosses(runLosses(renumbered, mixed), runLosses(method, run), [
      "total",
      ...method.scalars,
    ]);
  });

  Deno.test(`losses() has the gradient of finite differences: ${id}`, async () => {
    const method = await buildLate(id, counts);
    const run = makeRun(method, counts);
    const analytic = runLosses(method, run);
    const width = 1e-5;
    let slope = 0;
    let stream = 100;
    const moved = (sign: number): LossRun => {
      stream = 100;
      slope = 0;
      const move = (values: Values, name: string): Values => {
        const direction = numbers(stream++, values.data.length);
        direction.forEach((d, i) => slope += d * analytic[`grad.${name}`]![i]!);
        return {
          shape: values.shape,
          data: Array.from(values.data, (value, i) => value + sign * width * direction[i]!),
        };
      };
      const views = (of: LossRun["logits"], prefix: string) => ({
        labelled: move(of.labelled, `${prefix}labelled`),
        weak: of.weak, // carries no gradient
        strong: move(of.strong, `${prefix}strong`),
      });
      return {
        ...run,
        logits: views(run.logits, ""),
        features: views(run.features!, "features."),
        heads: Object.fromEntries(
          Object.entries(run.heads!).map(([head, { weight, bias }]) => [head, {
            weight: move(weight, `${head}.weight`),
            bias: move(bias, `${head}.bias`),
          }]),
        ),
      };
    };
    const difference = runLosses(method, moved(1)).total![0]! -
      runLosses(method, moved(-1)).total![0]!;
    const measured = difference / (2 * width);
    ok(Math.abs(measured - slope) < 1e-6 * Math.max(1, Math.abs(slope)), `${measured}, ${slope}`);
    ok(analytic["grad.weak"]!.every((value) => value === 0));
  });

  // CReST changes the labelled set, not the losses.
  if (id !== "fixmatch" && id !== "supervised" && !id.endsWith("crest")) {
    Deno.test(`losses() is not FixMatch's: ${id}`, async () => {
      const [method, plain] = [await buildLate(id, counts), await buildLate("fixmatch", counts)];
      const [own, theirs] = [method, plain].map((each) => runLosses(each, makeRun(each, counts)));
      notDeepStrictEqual([...own!.total!], [...theirs!.total!]);
    });
  }

  Deno.test(`losses() is finite with two classes of one image each, and for flat logits: ${id}`, async () => {
    // CDMAD has a cutoff of its own, 0 by default.
    const changes = id.includes("cdmad") ? { cdmad_cutoff: 0.6 } : {};
    const method = await buildLate(id, [1, 1], changes);
    const run = makeRun(method, [1, 1]);
    const flat = ({ shape, data }: Values) => ({ shape, data: Array.from(data, () => 0) });
    const { labelled, weak, strong } = run.logits;
    const none = runLosses(method, {
      ...run,
      logits: { labelled: flat(labelled), weak: flat(weak), strong: flat(strong) },
      features: {
        labelled: flat(run.features!.labelled),
        weak: flat(run.features!.weak),
        strong: flat(run.features!.strong),
      },
      heads: Object.fromEntries(
        Object.entries(run.heads!).map(([head, { weight, bias }]) => [
          head,
          { weight, bias: flat(bias) },
        ]),
      ),
      blank: flat(run.blank!),
    });
    for (const out of [runLosses(method, run), none]) {
      for (const [name, values] of Object.entries(out)) {
        ok(values.every(Number.isFinite), name);
      }
    }
    // No row is confident for any head: 1/2 is below every cutoff.
    const consistency = method.scalars.filter((name) => name.endsWith("unsup_loss"));
    deepStrictEqual(consistency.length > 0, method.usesUnlabelled);
    for (const name of consistency) deepStrictEqual([...none[name]!], [0], name);
  });

  Deno.test(`losses() is finite when no unlabelled row is of some class: ${id}`, async () => {
    const method = await buildLate(id, counts);
    for (const absent of [0, 2]) {
      const out = runLosses(method, withoutClass(absent, { method, run: makeRun(method, counts) }));
      for (const [name, values] of Object.entries(out)) ok(values.every(Number.isFinite), name);
      for (const name of UNLABELLED_SHARES.filter((name) => name in method.state)) {
        ok(out[`state.${name}`]![absent]! < 1e-20, `${name} of class ${absent}`);
      }
      // DASO may find the class by its prototype.
      const labels = out["targets.labels"] ?? [];
      if (!id.includes("daso")) ok(!Array.from(labels).includes(absent), `labels ${labels}`);
    }
  });
}
