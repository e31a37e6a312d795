import { z } from "zod";
import type { MethodAbout } from "./about.ts";

export const acrParams = z.strictObject({
  acr_tau: z.number().min(0).default(2).describe("τ of all adjustments, and the largest dynamic τ"),
  estimation_epochs: z.number().int().min(0).default(5).describe(
    "epoch (0-based) after which the unlabelled distribution is estimated",
  ),
  acr_ema: z.number().min(0).lt(1).default(0.9).describe("decay of the estimate"),
});

export type AcrParams = z.infer<typeof acrParams>;

export const acrAbout: MethodAbout = {
  title: "ACR",
  source: "Wei, Gan, CVPR 2023; the port in CPE-LTSSL semilearn/imb_algorithms/acr/acr.py",
  equations: [
    "heads z and b; A1 = log(π^τ + 1e-12) with the dynamic τ, A2 = log(π² + 1e-12)",
    "labelled: CE(z(x), y) + CE(b(x) + A2, y)",
    "p1 = softmax(z(w) − A1), p2 = softmax(z(w) − A2), pb = softmax b(w), pt = softmax z(w)",
    "unlabelled: CE(z(s), argmax p1)·1[max p1 or max pt ≥ cutoff] + CE(b(s), argmax p2)·1[max pb or max p2 ≥ cutoff]",
    "estimate: u ← ema·u + (1 − ema)·(classes among confident argmax pb, one count each, normalised)",
    "D = symmetric KL of u to π, uniform and reversed π, meaned over an epoch; next epoch's τ = τ_max·softmax(D)_π",
    "prediction: argmax b",
  ],
  departures: [
    "The port's form: one strong view and no labelled images among the unlabelled ones.",
    "A class counts in a batch if any of its rows is confident; in the port the class's last row decides.",
    "Reversed π is reversed by frequency rank, which is the port's flip where classes are sorted.",
    "λ_u weighs both unlabelled terms; the port's total has neither weighted, which is the same at its default of 1.",
    "As in both sources, D is zero in the first epoch after the estimation begins, so τ is τ_max/3 there.",
  ],
};
