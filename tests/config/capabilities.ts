import { z } from "zod";
import type { Capabilities } from "../../src/config/mod.ts";

const fixmatch = { p_cutoff: z.number().default(0.95) };

/** A program with three methods, WRNs and two data sets. */
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
  nets: (id) => id.startsWith("wrn-"),
  strong: ["simple"],
  datasets: (id) => ["synthetic", "cifar-10", "cifar-100"].includes(id),
};
