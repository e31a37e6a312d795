import { z } from "zod";
import type { Capabilities } from "../../src/config/mod.ts";

const fixmatch = { p_cutoff: z.number().default(0.95) };

/** A program with three methods, WRNs, a ResNet and two data sets. */
export const capabilities: Capabilities = {
  methods: {
    supervised: { params: z.strictObject({}) },
    fixmatch: { params: z.strictObject(fixmatch) },
    "fixmatch+scssl": {
      params: z.strictObject({
        ...fixmatch,
        c: z.union([z.literal("auto"), z.number().min(4)]).default("auto"),
        tau_b: z.number().default(2),
        tau_e: z.number().nullable().default(4),
        thresholds: z.enum(["c-init", "fix-max", "fix-min"]).default("c-init"),
        intervals: z.int().default(2),
        estimation_epochs: z.int().default(5),
      }),
    },
  },
  nets: (id) => /^wrn-(10|28)-\d+$/.test(id) || id === "resnet-50-small",
  netNames: ["wrn-10-1", "wrn-28-2", "resnet-50-small"],
  weak: ["crop|flip"],
  strong: ["simple"],
  datasets: (id) => ["synthetic", "cifar-10", "cifar-100"].includes(id),
};
