import assert from "node:assert/strict";
import { capacityProblem, checkCapacity } from "../../src/data/capacity.ts";
import { officialFacts } from "../../src/data/source_facts.ts";
import { synthesis } from "../../src/data/synthesis.ts";
import { UserError } from "../../src/errors.ts";

const cifar = officialFacts("cifar-10")!;
const tail = (head: number) => ({ head, ratio: 100, shape: "consistent" as const });

Deno.test("checkCapacity() names class, wanted and available images", () => {
  checkCapacity(cifar, { labelled: tail(1000), unlabelled: tail(4000) });
  assert.throws(
    () =>
      checkCapacity(cifar, { labelled: tail(1500), unlabelled: tail(4000) }, {
        where: "a.yaml:3:7",
      }),
    (error) =>
      error instanceof UserError &&
      error.message.startsWith(
        "a.yaml:3:7 cifar-10 has 5000 training images of class 0 (airplane), but 1500 labelled and 4000 unlabelled ones (5500 in all)",
      ),
  );
  assert.throws(
    () => checkCapacity(cifar, { labelled: tail(10), unlabelled: null }, { where: "a.yaml:3:7" }),
    /^UserError: a\.yaml:3:7 A head class of 10 images/,
  );
});

Deno.test("checkCapacity() takes the synthetic set's size from its parameters", () => {
  const facts = officialFacts("synthetic", synthesis.parse({ classes: 4, train_per_class: 100 }))!;
  const request = {
    labelled: { head: 20, ratio: 2, shape: "consistent" as const },
    unlabelled: "rest" as const,
  };
  assert.equal(capacityProblem(facts, request), null);
  assert.match(
    capacityProblem(facts, { ...request, unlabelled: { head: 90, ratio: 1, shape: "uniform" } })!,
    /100 training images of class 0 \(plain disc\)/,
  );
});

Deno.test("capacityProblem() compares with a fixed split", () => {
  const facts = {
    ...cifar,
    fixed: { labelled: [500, 299, 179, 107, 64, 38, 23, 13, 8, 5], unlabelled: [1] },
  };
  assert.equal(capacityProblem(facts, { labelled: tail(500), unlabelled: null }), null);
  assert.match(
    capacityProblem(facts, { labelled: tail(1500), unlabelled: null })!,
    /fixed split of 500 299 .* labelled images per class, but 1500 899 .* were asked for/,
  );
});
