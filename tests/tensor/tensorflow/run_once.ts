export { hostArray, runOnce } from "../run_once.ts";
