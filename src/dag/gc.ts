/** What in a store nothing refers to, and deleting it. */
import { OutsideError } from "../errors.ts";
import { namesIn, removePath } from "./atomic.ts";
import { isLocked } from "./lock.ts";
import { inputsOf, type Manifest } from "./manifest.ts";
import type { Plan } from "./plan.ts";
import { readRunning } from "./records.ts";
import type { Store, StoredObject } from "./store.ts";

/** One deletable thing. */
export interface Garbage {
  readonly kind: "result" | "checkpoint" | "log" | "failure" | "code" | "scratch" | "corrupt";
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  /** Stage and label of a result. */
  readonly stage?: string;
  readonly label?: string;
}

/**
 * Lists what the plans do not reach. Kept are the results that they use now, for a node without one the newest older
 * result of the same label, and everything that these were made from.
 */
export function collectGarbage(
  plans: readonly Plan[],
  options: { readonly store: Store },
): Garbage[] {
  const { store } = options;
  const objects = [...store.objects()];
  const kept = keptObjects(plans, objects);
  const recipes = new Set([
    ...plans.flatMap((plan) => plan.nodes.map(({ node }) => node.recipe)),
    ...[...kept].map(({ manifest }) => manifest.recipe),
  ]);
  const copies = new Set([...kept].map(({ manifest }) => manifest.copy));
  const garbage: Garbage[] = [];
  for (const object of objects) {
    if (kept.has(object)) continue;
    const { stage, label } = object.manifest;
    garbage.push({ kind: "result", path: object.path, bytes: sizeOf(object.path), stage, label });
  }
  const add = (kind: Garbage["kind"], folder: string, isKept: (name: string) => boolean) => {
    for (const name of namesIn(`${store.root}/${folder}`)) {
      const path = `${store.root}/${folder}/${name}`;
      if (!isKept(name)) garbage.push({ kind, path, bytes: sizeOf(path) });
    }
  };
  const locked = new Set(lockedRecipes(store));
  add("checkpoint", "checkpoints", (name) => {
    const recipe = name.split("-")[0]!;
    return recipes.has(recipe) || locked.has(recipe);
  });
  add("log", "logs", (name) => recipes.has(name.replace(/\.log$/, "")));
  add("failure", "failed", (name) => recipes.has(name.replace(/\.json$/, "")));
  add("code", "code", (name) => copies.has(name) || locked.size > 0);
  add("scratch", "tmp", (name) => locked.has(name));
  add("corrupt", "corrupt", () => false);
  return garbage;
}

/**
 * Deletes what it is given. Results of the stages in `costly` (trainings, hours each) are spared unless
 * `options.includeCostly`. Returns what was deleted. Throws an OutsideError while a process makes something in the store: what
 * it has just finished may look like garbage to this plan, and be needed by its next node.
 */
export function deleteGarbage(
  garbage: readonly Garbage[],
  options: {
    readonly store: Store;
    readonly costly: readonly string[];
    readonly includeCostly: boolean;
  },
): Garbage[] {
  refuseWhileLocked(options.store);
  const spared = new Set(options.includeCostly ? [] : options.costly);
  return garbage.filter(({ stage, path }) => {
    if (stage !== undefined && spared.has(stage)) return false;
    removePath(path);
    return true;
  });
}

function lockedRecipes(store: Store): string[] {
  return namesIn(`${store.root}/locks`).filter((recipe) => isLocked(store.lock(recipe)));
}

function refuseWhileLocked(store: Store): void {
  const [recipe] = lockedRecipes(store);
  if (recipe === undefined) return;
  const record = readRunning(store, recipe, { now: Date.now() });
  const what = record ? `process ${record.pid} makes ${record.label}` : "a process works in it";
  throw new OutsideError(
    `${store.root} is in use: ${what}. Nothing was deleted; wait for it to end, or stop it, and try again.`,
  );
}

function keptObjects(plans: readonly Plan[], objects: readonly StoredObject[]): Set<StoredObject> {
  const byPlace = new Map(objects.map((object) => [placeOf(object.manifest), object]));
  const newest = new Map<string, StoredObject>();
  for (const object of objects) {
    const id = `${object.manifest.stage}\n${object.manifest.label}`;
    const other = newest.get(id);
    if (!other || other.manifest.run.finished < object.manifest.run.finished) {
      newest.set(id, object);
    }
  }
  const waiting: StoredObject[] = [];
  for (const { node, object } of plans.flatMap((plan) => plan.nodes)) {
    const found = object
      ? byPlace.get(placeOf(object.manifest))
      : newest.get(`${node.stage.name}\n${node.label}`);
    if (found) waiting.push(found);
  }
  const kept = new Set<StoredObject>();
  for (let object = waiting.pop(); object !== undefined; object = waiting.pop()) {
    if (kept.has(object)) continue;
    kept.add(object);
    for (const input of inputsOf(object.manifest)) {
      const source = "absent" in input ? undefined : byPlace.get(placeOf(input));
      if (source) waiting.push(source);
    }
  }
  return kept;
}

function placeOf({ key, family }: Pick<Manifest, "key" | "family">): string {
  return `${key}/${family}`;
}

/** Bytes of a file, or of all files below a directory. */
function sizeOf(path: string): number {
  const info = Deno.lstatSync(path);
  if (!info.isDirectory) return info.size;
  return namesIn(path).reduce((sum, name) => sum + sizeOf(`${path}/${name}`), 0);
}
