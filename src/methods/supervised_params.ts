import { z } from "zod";
import type { MethodAbout } from "./about.ts";

export const supervisedParams = z.strictObject({});

export const supervisedAbout: MethodAbout = {
  title: "Supervised",
  source: "USB semilearn/algorithms/fullysupervised",
  equations: ["L = mean CE(z(x), y); prediction: argmax z"],
  departures: [],
};
