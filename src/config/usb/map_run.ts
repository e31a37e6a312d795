import type { Capabilities } from "../capabilities.ts";
import { type Complaint, complaintsError } from "../complaint.ts";
import type { Scalar } from "../located.ts";
import { paperRun, type RunLayer } from "../run_params.ts";
import { suggest } from "../suggest.ts";
import { dataOf, type DataValues, type UsbData } from "./data_of.ts";
import { argumentsOf, noEffectOf, remarksOf } from "./account_of.ts";
import { checkRanges, type CommonValues, readCommon } from "./common_values.ts";
import { commonKeys, type NoEffectReason } from "./keys.ts";
import { baseKeys, otherKeys, plugInKeys } from "./method_keys.ts";
import { methodOf, type UsbMethod } from "./method_of.ts";
import { netOf } from "./net_of.ts";
import { keysOf, ownParameterKeys, paramsOf } from "./params_of.ts";
import type { Placed, UsbConfig } from "./read_config.ts";

/** One run that a config file asks for, in this program's terms. */
export interface UsbRun {
  readonly config: UsbConfig;
  readonly saveName: Placed<string>;
  readonly method: UsbMethod;
  /** Parameters that differ from the method's defaults. */
  readonly params: ReadonlyMap<string, Placed<Scalar>>;
  readonly data: UsbData;
  /** Run parameters that differ from the paper's. */
  readonly run: ReadonlyMap<keyof RunLayer, Placed<Scalar>>;
  readonly seed: Placed<number>;
  /** Steps between lines of the log, and between those with an evaluation. */
  readonly logEvery: number;
  readonly evaluateEvery: number;
  /** All of USB's arguments, defaults too. */
  readonly arguments: Readonly<Record<string, Scalar>>;
  readonly noEffect: readonly { readonly key: string; readonly why: NoEffectReason }[];
  /** Data set and net, where this version lacks them; `method.there` says it of the method. */
  readonly lacking: readonly string[];
  /** What is done otherwise than the file says, though nothing is missing. */
  readonly remarks: readonly string[];
}

export type Mapped =
  | { readonly run: UsbRun }
  /** A file that is right and asks for what is not to be had here. */
  | { readonly refusals: readonly Complaint[] };

interface Context {
  readonly config: UsbConfig;
  readonly mistakes: Complaint[];
  readonly refusals: Complaint[];
}

/**
 * What a config file asks for. A method, a data set or ResNet-50 that this version lacks is no refusal: a table can say so.
 * @throws UserError with a `file:line:column` line for each mistake
 */
export function mapRun(
  config: UsbConfig,
  { capabilities, passOver = false }: {
    readonly capabilities: Capabilities;
    /** Whether keys that nobody knows are left alone: a log lists arguments that only a fork has. */
    readonly passOver?: boolean;
  },
): Mapped {
  const context: Context = { config, mistakes: [], refusals: [] };
  const { mistakes, refusals } = context;
  const method = methodOf(config, { capabilities, complaints: mistakes });
  if (method === undefined) throw complaintsError(mistakes);
  if (!passOver) checkKeys(context, { method, capabilities });
  const supervised = method.value === "supervised";
  const values = readCommon(context, { plain: method.plugIns.length === 0, supervised });
  if (mistakes.length > 0) throw complaintsError(mistakes);
  const number = (name: string) => values.get(name) as Placed<number>;
  const text = (name: string) => values.get(name) as Placed<string>;
  const epochs = { epoch: number("epoch").value, iterations: number("num_train_iter").value };
  checkRanges(values, context);
  const data = dataOf(Object.fromEntries(values) as unknown as DataValues, {
    capabilities,
    usesUnlabelled: !supervised,
    mistakes,
    refusals,
  });
  const net = netOf(text("net"), { capabilities, plugIns: method.plugIns, mistakes, refusals });
  const classes = number("num_classes").value;
  const remarks: string[] = [];
  const own = paramsOf(config, {
    capabilities,
    method,
    classes,
    ...epochs,
    mistakes,
    refusals,
    remarks,
  });
  const saveName = text("save_name");
  const weights = text("pretrain_path");
  if (values.get("use_pretrain")?.value === true && !weights.value) {
    const problem = '"use_pretrain: True" needs a file of weights: "pretrain_path" is empty';
    mistakes.push({ at: values.get("use_pretrain")!.at, text: problem });
  }
  if (/[\\/]|^\.*$/.test(saveName.value)) {
    const problem = `Expected the name of one folder for "save_name", found "${saveName.value}"`;
    mistakes.push({ at: saveName.at, text: problem });
  }
  if (mistakes.length > 0) throw complaintsError(mistakes);
  if (refusals.length > 0 || data === undefined || net === undefined) return { refusals };
  return {
    run: {
      config,
      saveName,
      method,
      params: own.params,
      data,
      run: runOf(values, { method, net, share: generationShare(method, capabilities) }),
      seed: number("seed"),
      logEvery: number("num_log_iter").value,
      evaluateEvery: number("num_eval_iter").value,
      arguments: argumentsOf(values, { config, own: own.values }),
      noEffect: noEffectOf(config, { used: own.used, method }),
      lacking: [
        ...(capabilities.datasets(data.setting.dataset)
          ? []
          : [`data set ${data.setting.dataset}`]),
        ...(capabilities.nets(net) ? [] : [`net ${net}`]),
      ],
      remarks: [...remarksOf({ method, data, epochs }), ...remarks],
    },
  };
}

/** Complains about keys that no algorithm has. */
function checkKeys({ config, mistakes }: Context, { method, capabilities }: {
  readonly method: UsbMethod;
  readonly capabilities: Capabilities;
}): void {
  const own = ownParameterKeys(method, capabilities);
  const known = new Set([...allKeys(), ...own]);
  const near = [...new Set([...Object.keys(commonKeys), ...keysOf(method).keys(), ...own])];
  for (const [key, { keyAt }] of config.keys) {
    if (known.has(key)) continue;
    const guess = suggest(key, near);
    const text = `Unknown key "${key}"${
      guess.startsWith(": did") ? guess : ": docs/usb.md lists the keys"
    }`;
    mistakes.push({ at: keyAt, text });
  }
}

/** Every key that some algorithm of USB, CPE or ADELLO has. */
function allKeys(): string[] {
  const tables = [...Object.values(baseKeys), ...Object.values(plugInKeys)];
  return [
    ...Object.keys(commonKeys),
    ...tables.flatMap((table) => Object.keys(table)),
    ...Object.values(otherKeys).flat(),
  ];
}

/** Run parameters other than the paper's. USB's imbalance algorithms keep the learning rate constant, its plain ones do not. */
function runOf(values: CommonValues, { method, net, share }: {
  readonly method: UsbMethod;
  readonly net: string;
  readonly share: number;
}): Map<keyof RunLayer, Placed<Scalar>> {
  const of = (name: string) => values.get(name) as Placed<Scalar>;
  const steps = of("num_train_iter");
  const weights = of("use_pretrain").value === true ? of("pretrain_path") : undefined;
  const placed: [keyof RunLayer, Placed<Scalar>][] = [
    ["steps", { ...steps, value: Math.round(Number(steps.value) / share) }],
    ["net", { ...of("net"), value: net }],
    ["pretrained", weights ?? { ...of("use_pretrain"), value: null }],
    ["batch", of("batch_size")],
    ["learning_rate", of("lr")],
    ["schedule", { ...of("lr"), value: method.plugIns.length === 0 ? "usb" : "fixed" }],
    ["momentum", of("momentum")],
    ["weight_decay", of("weight_decay")],
    ["ema", of("ema_m")],
    ["evaluate_every", of("num_eval_iter")],
    ["checkpoint_every", of("num_eval_iter")],
  ];
  if (method.value !== "supervised") placed.push(["unlabelled_ratio", of("uratio")]);
  return new Map(placed.filter(([name, { value }]) => value !== paperRun[name]));
}

/** What part of the run's steps one training of the method has; a config file gives those of one. */
function generationShare(method: UsbMethod, capabilities: Capabilities): number {
  const defaults = capabilities.methods[method.value]?.params.parse({}) as
    | { readonly generation_share?: number }
    | undefined;
  return defaults?.generation_share ?? 1;
}
