import { testAgreement } from "./agreement.ts";
import { suiteGradients } from "./suite_cases.ts";

testAgreement("Executable.run() agrees with the interpreter on every gradient", suiteGradients);
