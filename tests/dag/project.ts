/** A temporary project with trivial stages, its store, and short ways to run graphs in it. */
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type EngineChoice,
  execute,
  type InputRef,
  makePlan,
  type NodeSpec,
  openProject,
  type Plan,
  type RunOptions,
  type RunOutcome,
  type Stage,
} from "../../src/dag/mod.ts";

const home = fileURLToPath(new URL("../../", import.meta.url));
export const wasm: EngineChoice = { family: "wasm", given: false };

type Stages = Readonly<
  Record<"source" | "step" | "clamp" | "count" | "fill" | "join", Stage>
>;

/** Names of the nodes of `eightNodes`. */
export interface Options {
  /** The value of the source `b`. */
  readonly b?: number;
  /** Number that `step1` adds. */
  readonly plus?: number;
  readonly fail?: "no" | "bug" | "user";
  /** Step at which `count` waits. */
  readonly hold?: number;
}

export class Project implements Disposable {
  readonly root: string;
  readonly store: string;
  readonly stages: Stages;
  readonly #owned: boolean;

  private constructor(root: string, stages: Stages, owned: boolean) {
    this.root = root;
    this.store = `${root}/.store`;
    this.stages = stages;
    this.#owned = owned;
  }

  /** Makes a project in a new temporary directory. */
  static async make(): Promise<Project> {
    const root = await Deno.makeTempDir({ prefix: "retable-dag-" });
    Deno.mkdirSync(`${root}/src/dag`, { recursive: true });
    Deno.mkdirSync(`${root}/src/methods`);
    Deno.mkdirSync(`${root}/stages`);
    for (const { name } of Deno.readDirSync(`${home}src/dag`)) {
      Deno.copyFileSync(`${home}src/dag/${name}`, `${root}/src/dag/${name}`);
    }
    for (const name of ["deno.json", "deno.lock", "src/errors.ts"]) {
      Deno.copyFileSync(`${home}${name}`, `${root}/${name}`);
    }
    Deno.copyFileSync(`${home}tests/dag/fixtures/stages.ts`, `${root}/stages/stages.ts`);
    Deno.writeTextFileSync(
      `${root}/src/arithmetic.ts`,
      'import { one } from "./one.ts";\n\n/** Sum. */\nexport function add(a: number, b: number): number {\n  return a + b * one;\n}\n',
    );
    Deno.writeTextFileSync(`${root}/src/one.ts`, "export const one = 1;\n");
    return await Project.open(root, { owned: true });
  }

  /** Opens one that another process made. */
  static async open(
    root: string,
    options: { owned: boolean } = { owned: false },
  ): Promise<Project> {
    const stages = await import(pathToFileURL(`${root}/stages/stages.ts`).href) as Stages;
    return new Project(root, stages, options.owned);
  }

  [Symbol.dispose](): void {
    if (this.#owned) Deno.removeSync(this.root, { recursive: true });
  }

  node(stage: keyof Stages, options: {
    readonly params?: unknown;
    readonly from?: NodeSpec;
    readonly items?: readonly (NodeSpec | InputRef | { readonly absent: string })[];
    readonly label?: string;
    readonly impossible?: string;
  } = {}): NodeSpec {
    const { params = {}, from, items, label = stage, impossible } = options;
    const inputs: Record<string, InputRef | (InputRef | { absent: string })[]> = {};
    if (from) inputs["from"] = { node: from, output: "out" };
    if (items) {
      inputs["items"] = items.map((item) => "stage" in item ? { node: item, output: "out" } : item);
    }
    const spec = { stage: this.stages[stage], params, inputs, label, cells: [`cell/${label}`] };
    return impossible === undefined ? spec : { ...spec, impossible };
  }

  /** a -> step1, step2; b -> step3 -> clamp; step1 -> count; count, step2, clamp -> join. */
  eightNodes({ b = 20, plus = 1, fail = "no", hold = -1 }: Options = {}): NodeSpec {
    const a = this.node("source", { params: { value: 1 }, label: "a" });
    const second = this.node("source", { params: { value: b }, label: "b" });
    const step1 = this.node("step", { params: { plus }, from: a, label: "step1" });
    const step2 = this.node("step", { params: { plus: 2, fail }, from: a, label: "step2" });
    const step3 = this.node("step", { params: { plus: 3 }, from: second, label: "step3" });
    const clamp = this.node("clamp", { from: step3 });
    const count = this.node("count", { params: { steps: 5, hold }, from: step1 });
    return this.node("join", { items: [count, step2, clamp] });
  }

  plan(spec: NodeSpec, engine = wasm): Plan {
    return makePlan([spec], { ...openProject(this.root, { store: this.store }), engine });
  }

  async run(spec: NodeSpec, options: Partial<RunOptions> = {}): Promise<RunOutcome> {
    return await execute(this.plan(spec), { jobs: 2, paths: this.paths, ...options });
  }

  /** Runs and returns the labels of what ran, sorted. */
  async ran(spec: NodeSpec, options: Partial<RunOptions> = {}): Promise<string[]> {
    return (await this.run(spec, options)).ran.map((node) => node.label).sort();
  }

  get paths(): { runs: string; gate: string } {
    return { runs: `${this.root}/runs.txt`, gate: `${this.root}/gate` };
  }

  /** Lines that the stages left, in the order in which they ran. */
  runs(): string[] {
    try {
      return Deno.readTextFileSync(this.paths.runs).trim().split("\n");
    } catch {
      return [];
    }
  }

  /** The text that a node stored. */
  text(spec: NodeSpec): string {
    const plan = this.plan(spec);
    const { object, state } = plan.of(plan.graph.find(spec));
    if (!object) throw new Error(`${spec.label} is ${state}`);
    return Deno.readTextFileSync(`${object.path}/out/out/value.txt`);
  }

  edit(path: string, change: (text: string) => string): void {
    const file = `${this.root}/${path}`;
    Deno.writeTextFileSync(file, change(Deno.readTextFileSync(file)));
  }
}
