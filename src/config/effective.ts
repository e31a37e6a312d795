import { matchesPattern } from "./pattern.ts";
import { paperRun, type RunLayer, type SweepRunParams } from "./run_params.ts";
import { completeSetting, layerSetting, type Setting } from "./setting.ts";
import type { ProfileData, SweepData } from "./sweep_schema.ts";

const empty: ProfileData = {};

/** The profiles under a cell: every one lies on top of `paper`. */
export function profileLayers(data: SweepData, profile: string): ProfileData[] {
  const paper = data.profiles?.["paper"] ?? empty;
  return profile === "paper" ? [paper] : [paper, data.profiles?.[profile] ?? empty];
}

/** The setting that a cell really uses under a profile. */
export function effectiveSetting(setting: Setting, options: {
  readonly id: string;
  readonly profiles: readonly ProfileData[];
}): Setting {
  let effective = setting;
  for (const profile of options.profiles) {
    for (const [pattern, layer] of Object.entries(profile.settings ?? {})) {
      if (matchesPattern(pattern, options.id)) effective = layerSetting(effective, layer);
    }
  }
  return completeSetting(effective);
}

/**
 * Run parameters by precedence: the paper's defaults, the profiles (each with what it says of the data set), then the
 * file's defaults, the cell's own, and the flags.
 */
export function effectiveRun(options: {
  readonly profiles: readonly ProfileData[];
  /** The setting's data set and, where a profile replaces it, that one. */
  readonly datasets: readonly string[];
  readonly layers?: readonly (RunLayer | undefined)[];
}): SweepRunParams {
  const fromProfiles = options.profiles.flatMap((profile) => [
    profile.run,
    ...[...new Set(options.datasets)].map((dataset) => profile.datasets?.[dataset]),
  ]);
  const layers = [...fromProfiles, ...options.layers ?? []];
  return Object.assign({}, paperRun, ...layers.map(withoutUndefined));
}

function withoutUndefined(layer: RunLayer | undefined): RunLayer {
  return Object.fromEntries(Object.entries(layer ?? {}).filter(([, value]) => value !== undefined));
}
