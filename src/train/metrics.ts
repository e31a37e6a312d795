/** Accuracy-like numbers of one output on a test set. All are fractions 0..1 but `loss` (nats). */
export interface Scalars {
  readonly loss: number;
  readonly top1: number;
  /** Top-min(5, K). */
  readonly top5: number;
  /** Mean recall of the classes that the test set has. */
  readonly balanced: number;
  /** Macro averages as scikit-learn's: over the classes that occur in labels or predictions, 0 where undefined. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Expected calibration error, 15 equally wide bins of the largest softmax probability. */
  readonly ece: number;
  /** Recall of each class; null for a class that the test set lacks. */
  readonly recalls: readonly (number | null)[];
}

/** One output's result on a test set. */
export interface Evaluated {
  /** argmax of each row, the first one of equals. [N] */
  readonly predicted: Int32Array;
  readonly scalars: Scalars;
}

const ECE_BINS = 15;

/**
 * Evaluates logits [N,K] against labels [N] as USB does (semilearn/core/algorithmbase.py: evaluate), plus the calibration
 * error. Sums run in float64 in row order, so equal inputs give equal bits. A class missing from the test set is left out
 * of the balanced accuracy, where USB would raise. Throws a RangeError for shapes that do not fit and an empty test set.
 */
export function evaluateLogits(logits: Float32Array, labels: Int32Array): Evaluated {
  const count = labels.length;
  const classes = logits.length / count;
  if (count === 0 || !Number.isInteger(classes) || classes < 1) {
    throw new RangeError(`Expected logits [${count},K], found ${logits.length} values`);
  }
  const predicted = new Int32Array(count);
  const depth = Math.min(5, classes);
  const bins = Array.from({ length: ECE_BINS }, () => ({ confidence: 0, correct: 0 }));
  let loss = 0;
  let top5 = 0;
  for (let i = 0; i < count; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const label = labels[i]!;
    if (label < 0 || label >= classes) {
      throw new RangeError(`Expected a label below ${classes}, found ${label} at ${i}`);
    }
    const best = argmax(row);
    predicted[i] = best;
    let sum = 0;
    for (const logit of row) sum += Math.exp(logit - row[best]!);
    const correct = best === label ? 1 : 0;
    loss += row[best]! - row[label]! + Math.log(sum);
    top5 += rank(row, label) < depth ? 1 : 0;
    const bin = bins[Math.max(0, Math.min(ECE_BINS, Math.ceil(ECE_BINS / sum)) - 1)];
    if (bin) { // a NaN row has no bin
      bin.confidence += 1 / sum;
      bin.correct += correct;
    }
  }
  const ece = bins.reduce((total, b) => total + Math.abs(b.confidence - b.correct), 0) / count;
  return {
    predicted,
    scalars: {
      loss: loss / count,
      top5: top5 / count,
      ece,
      ...fromConfusion(confusionMatrix(predicted, labels, { classes })),
    },
  };
}

/** Counts of (true class, predicted class), row-major [K,K]. */
export function confusionMatrix(
  predicted: Int32Array,
  labels: Int32Array,
  { classes }: { readonly classes: number },
): Int32Array {
  const confusion = new Int32Array(classes * classes);
  for (let i = 0; i < labels.length; i++) confusion[labels[i]! * classes + predicted[i]!]! += 1;
  return confusion;
}

/** Everything that follows from the confusion matrix [K,K] alone. */
export function fromConfusion(
  confusion: Int32Array,
): Omit<Scalars, "loss" | "top5" | "ece"> {
  const classes = Math.sqrt(confusion.length);
  const recalls: (number | null)[] = [];
  let correct = 0;
  let total = 0;
  const macro = { precision: 0, recall: 0, f1: 0, classes: 0 };
  const balanced = { sum: 0, classes: 0 };
  for (let k = 0; k < classes; k++) {
    let truly = 0;
    let predicted = 0;
    for (let j = 0; j < classes; j++) {
      truly += confusion[k * classes + j]!;
      predicted += confusion[j * classes + k]!;
    }
    const hits = confusion[k * classes + k]!;
    correct += hits;
    total += truly;
    recalls.push(truly > 0 ? hits / truly : null);
    if (truly > 0) {
      balanced.sum += hits / truly;
      balanced.classes += 1;
    }
    if (truly + predicted === 0) continue;
    macro.precision += predicted > 0 ? hits / predicted : 0;
    macro.recall += truly > 0 ? hits / truly : 0;
    macro.f1 += 2 * hits / (truly + predicted);
    macro.classes += 1;
  }
  return {
    top1: correct / total,
    balanced: balanced.sum / balanced.classes,
    precision: macro.precision / macro.classes,
    recall: macro.recall / macro.classes,
    f1: macro.f1 / macro.classes,
    recalls,
  };
}

function argmax(row: Float32Array): number {
  let best = 0;
  for (let k = 1; k < row.length; k++) if (row[k]! > row[best]!) best = k;
  return best;
}

/** How many classes come before `label`; of equals the later class comes first, as in scikit-learn's top-k. */
function rank(row: Float32Array, label: number): number {
  let before = 0;
  for (let k = 0; k < row.length; k++) {
    if (row[k]! > row[label]! || (row[k] === row[label] && k > label)) before += 1;
  }
  return before;
}
