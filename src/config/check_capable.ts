import type { Capabilities } from "./capabilities.ts";
import type { Complaint } from "./complaint.ts";
import { complaintsAbout } from "./issue_message.ts";
import { keyPositionAt, type LocatedMap, nodeAt, type Path, toPlain } from "./located.ts";
import { fileLayer, type Layer, textLayer } from "./method_params.ts";
import { type MethodText, pluginOrder } from "./method_string.ts";
import { type Entry, type ResolvedTable, tryParseMethod } from "./resolve_tables.ts";
import { suggest } from "./suggest.ts";
import type { SweepData } from "./sweep_schema.ts";
import { otherAlgorithms, otherPlugIns } from "./usb/method_keys.ts";

interface Checked {
  readonly data: SweepData;
  readonly tree: LocatedMap;
  readonly tables: ReadonlyMap<string, ResolvedTable>;
  readonly capabilities: Capabilities;
  readonly complaints: Complaint[];
}

/** Nets that `import-usb` writes so that a table can say that they are not there: ImageNet's ResNet with its 7×7 stem. */
const laterNets: readonly string[] = ["resnet-50"];

/**
 * Complains about every net, weak view, method and method parameter in a sweep file that is neither in this version nor
 * known by name as one of another: it must be misspelt.
 */
export function checkCapable(checked: Checked): void {
  for (const path of runLayerPaths(checked.data)) checkRun(path, checked);
  checkMethodIds(checked);
  for (const [id, layer, at] of methodLayers(checked)) {
    const schema = checked.capabilities.methods[id]?.params;
    if (schema === undefined) continue;
    const tree: LocatedMap = { kind: "map", at, entries: layer };
    checked.complaints.push(...complaintsAbout(schema, { tree, plain: toPlain(tree) }));
  }
}

/** Where a file may say run parameters. */
function runLayerPaths({ profiles = {}, tables = {} }: SweepData): Path[] {
  return [
    ["defaults"],
    ...Object.entries(profiles).flatMap(([id, { datasets = {} }]) => [
      ["profiles", id, "run"],
      ...Object.keys(datasets).map((dataset) => ["profiles", id, "datasets", dataset]),
    ]),
    ...Object.entries(tables).flatMap(([id, { cells = {} }]) =>
      Object.keys(cells).map((cell) => ["tables", id, "cells", cell, "run"])
    ),
  ];
}

function checkRun(path: Path, { tree, capabilities, complaints }: Checked): void {
  const { nets, netNames = [], weak } = capabilities;
  const expect = (name: string, options: {
    readonly kind: string;
    readonly known: readonly string[];
    readonly isKnown: (value: string) => boolean;
  }) => {
    const node = nodeAt(tree, [...path, name]);
    if (node?.kind !== "scalar" || typeof node.value !== "string") return;
    if (options.isKnown(node.value)) return;
    const text = `Unknown ${options.kind} "${node.value}"${suggest(node.value, options.known)}`;
    complaints.push({ at: node.at, text });
  };
  expect("net", {
    kind: "net",
    known: netNames,
    isKnown: (net) => nets(net) || laterNets.includes(net),
  });
  if (weak === undefined) return;
  expect("weak", { kind: "weak view", known: weak, isKnown: (view) => weak.includes(view) });
}

/** A method that only quotes the paper's numbers may have any name; others are made of parts that are known. */
function checkMethodIds({ data, tree, capabilities, complaints }: Checked): void {
  const ids = Object.keys(capabilities.methods);
  const bases = new Set([...ids.map((id) => id.split("+")[0]), ...otherAlgorithms]);
  const plugIns = new Set([
    ...ids.flatMap((id) => id.split("+").slice(1)),
    ...pluginOrder,
    ...otherPlugIns,
  ]);
  for (const [key, { quoted }] of Object.entries(data.methods ?? {})) {
    const at = keyPositionAt(tree, ["methods", key]);
    const method = tryParseMethod(key, { at, complaints });
    if (quoted === true || method === undefined) continue;
    const [base, ...more] = method.id.split("+");
    if (bases.has(base) && more.every((plugIn) => plugIns.has(plugIn))) continue;
    complaints.push({ at, text: `Unknown method "${method.id}"${suggest(method.id, ids)}` });
  }
}

/** Every layer of method parameters that a file holds, with its method. */
function methodLayers(checked: Checked): [id: string, layer: Layer, at: Complaint["at"]][] {
  const { data, tree, tables } = checked;
  const inFile = (id: string, path: string[]) =>
    [id, fileLayer(tree, path), keyPositionAt(tree, path)] as [string, Layer, Complaint["at"]];
  return [
    ...Object.keys(data.methods ?? {}).map((id) => inFile(id, ["methods", id, "params"])),
    ...Object.entries(data.profiles ?? {}).flatMap(([profile, { methods = {} }]) =>
      Object.keys(methods).map((id) => inFile(id, ["profiles", profile, "methods", id]))
    ),
    ...[...tables.values()].flatMap((table) => [
      ...[...table.rows, ...table.columns].flatMap(({ means, at }) =>
        "method" in means ? [textLayerOf(means.method, { at, checked })] : []
      ),
      ...Object.keys(table.data.cells ?? {}).flatMap((key) => {
        const path = ["tables", table.id, "cells", key];
        const at = keyPositionAt(tree, [...path, "method"]);
        const text = table.data.cells?.[key]?.method;
        const own = text === undefined ? undefined : tryParseMethod(text, { at, ...checked });
        const method = own ?? methodOf(key, table);
        return [
          ...(own === undefined ? [] : [textLayerOf(own, { at, checked })]),
          ...(method === undefined ? [] : [inFile(method.id, [...path, "params"])]),
        ];
      }),
    ]),
  ];
}

function textLayerOf(
  { id, params }: MethodText,
  { at, checked: { data, complaints } }: { at: Complaint["at"]; checked: Checked },
): [string, Layer, Complaint["at"]] {
  const shorthands = data.methods?.[id]?.shorthands ?? {};
  return [id, textLayer(params, { at, shorthands, complaints }), at];
}

/** The method of a cell that is named by its row and column. */
function methodOf(key: string, { rows, columns }: ResolvedTable): MethodText | undefined {
  const named = (entries: readonly Entry[], id: string | undefined) =>
    entries.find((entry) => entry.id === id)?.means;
  const [row, column] = key.split("/");
  return [named(rows, row), named(columns, column)]
    .flatMap((means) => means !== undefined && "method" in means ? [means.method] : [])[0];
}
