import { testAgreement } from "./agreement.ts";
import { suiteCases } from "./suite_cases.ts";

testAgreement("Executable.run() agrees with the interpreter on every kernel", suiteCases);
