/**
 * What the `train/` values of a log are in USB, CPE and ADELLO, made of the scalars that a training records here. Sources:
 * `process_log_dict` and `log_dict` in the algorithms' `train_step`.
 */

/** A recorded scalar; numbers that JSON cannot hold are texts in notes, and read as numbers here. */
type ScalarOf = (name: string) => number;

/** A value of the log. */
export type LoggedScalar = readonly [name: string, value: (of: ScalarOf) => number];

const same = (name: string): LoggedScalar => [name, (of) => of(name)];
const renamed = (name: string, ours: string): LoggedScalar => [name, (of) => of(ours)];

/** By method part. Where none is listed, names and meanings are those of the recorded scalars. */
const PARTS: Readonly<Record<string, (lambda: number) => readonly LoggedScalar[]>> = {
  // fullysupervised.py has no total.
  supervised: () => [same("sup_loss")],
  // abc.py and daso.py add their terms after the base algorithm has made its total.
  abc: (lambda) => [
    ...base(lambda),
    ["abc_loss", (of) => of("abc_sup_loss") + of("abc_unsup_loss")],
  ],
  daso: (lambda) => [...base(lambda), same("assign_loss")],
  // acr.py's util_ratio is the share of rows where p1 alone is confident; recorded is that of its whole mask.
  acr: () => [
    same("sup_loss"),
    same("unsup_loss"),
    same("total_loss"),
    renamed("Lx_b", "acr_sup_loss"),
    renamed("Lu_b", "acr_unsup_loss"),
    renamed("tau", "acr_tau"),
  ],
  // cpe.py logs its second head, by which it is evaluated.
  cpe: (lambda) => base(lambda, "cpe2_"),
};

/** FixMatch's values, without what a plug-in adds; `prefix` is that of a head's scalars. */
function base(lambda: number, prefix = ""): readonly LoggedScalar[] {
  return [
    renamed("sup_loss", `${prefix}sup_loss`),
    renamed("unsup_loss", `${prefix}unsup_loss`),
    ["total_loss", (of) => of(`${prefix}sup_loss`) + lambda * of(`${prefix}unsup_loss`)],
    renamed("util_ratio", `${prefix}util_ratio`),
  ];
}

/**
 * The values that the source of a method logs, in its order; null where names and meanings are those of the recorded scalars, as for
 * methods that USB does not have.
 * @param lambda weight of FixMatch's consistency term
 */
export function loggedScalars(
  method: string,
  { lambda }: { readonly lambda: number },
): readonly LoggedScalar[] | null {
  const part = method.split("+").find((name) => Object.hasOwn(PARTS, name));
  return part === undefined ? null : PARTS[part]!(lambda);
}
