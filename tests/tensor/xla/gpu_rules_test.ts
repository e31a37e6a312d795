import { testAgreement } from "../agreement.ts";
import { suiteCases } from "../suite_cases.ts";
import type { TestedEngine } from "../tested_engines.ts";
import { openWithGpuRules, xlaIsInstalled } from "./installed.ts";

const engine: TestedEngine = {
  name: "xla, lowered as for a GPU",
  isInstalled: xlaIsInstalled,
  casesPerProgram: 40,
  open: () => Promise.resolve(openWithGpuRules()),
};

testAgreement("XlaExecutable.run() agrees with the interpreter on every kernel", suiteCases, {
  engines: [engine],
});
