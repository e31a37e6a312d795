import { deepEqual, equal, match } from "node:assert/strict";
import { expandSweep, parseOnly } from "../../src/config/mod.ts";
import { capabilities } from "./capabilities.ts";
import { load, small, userError } from "./sweep_files.ts";

Deno.test("parseOnly() joins terms and flags: axes narrow, values add up", () => {
  deepEqual(parseOnly(["setting=a,b method=x", "setting=b,c seed=00"]).axes, {
    setting: ["a", "b", "c"],
    method: ["x"],
    seed: ["0"],
  });
});

Deno.test("parseOnly() keeps the commas of a method's parameters", () => {
  deepEqual(parseOnly(["method=fixmatch+scssl@c=6,tau=2:4,supervised"]).axes.method, [
    "fixmatch+scssl@c=6,tau=2:4",
    "supervised",
  ]);
});

const illFormed: readonly [string, RegExp][] = [
  ["", /--only is empty: expected "<axis>=/],
  ["   ", /--only is empty/],
  ["method", /"method" is ill-formed: expected "<axis>=/],
  ["=x", /"=x" is ill-formed/],
  ["method=", /has an empty value/],
  ["method=a,,b", /has an empty value/],
  ["methd=a", /unknown axis "methd": did you mean "method"\?/],
  ["table=a", /unknown axis "table": expected one of "method", "setting", "seed"/],
  ["seed=x", /seed "x": expected a whole number/],
];

for (const [text, message] of illFormed) {
  Deno.test(`parseOnly() refuses ${JSON.stringify(text)}`, async () => {
    match(await userError(() => parseOnly([text])), message);
  });
}

async function selected(...only: string[]): Promise<string[]> {
  const sweep = await load({ "main.yaml": small });
  const [table] = expandSweep(sweep, { capabilities, only: parseOnly(only) }).tables;
  return table!.cells.flatMap(({ row, runs }) =>
    runs.filter((run) => run.selected).map(({ seed }) => `${row} ${seed}`)
  );
}

Deno.test("expandSweep() selects by method id, row id, whole method string, pattern and seed", async () => {
  deepEqual(await selected("method=supervised seed=1"), ["supervised 1"]);
  deepEqual(await selected("method=base", "seed=0"), ["base 0"]);
  deepEqual(await selected("method=fixmatch+scssl seed=0"), ["fixmatch+scssl@tau=1:none 0"]);
  deepEqual(await selected("method=fixmatch+scssl@tau=1:none seed=0"), [
    "fixmatch+scssl@tau=1:none 0",
  ]);
  equal((await selected("setting=t*")).length, 6);
});

const unknown: readonly [string, string][] = [
  ["method=fixmach", '--only names the unknown method "fixmach": did you mean "fixmatch"?'],
  ["setting=tinny", '--only names the unknown setting "tinny": did you mean "tiny"?'],
  ["seed=7", '--only names the unknown seed "7": expected one of "0", "1"'],
];

for (const [text, message] of unknown) {
  Deno.test(`expandSweep() refuses --only ${text}`, async () => {
    equal(await userError(() => selected(text)), message);
  });
}

Deno.test("expandSweep() refuses an --only that leaves nothing", async () => {
  const more = small.replace("        - supervised\n", "");
  const sweep = await load({ "main.yaml": more });
  const only = parseOnly(["method=supervised"]);
  equal(
    await userError(() => expandSweep(sweep, { capabilities, only })),
    '--only "method=supervised" leaves no cell of small: loosen one of its axes',
  );
});
