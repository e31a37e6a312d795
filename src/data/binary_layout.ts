/** How an official set of binary files is laid out: records of label bytes, then 3 × 32 × 32 bytes, channel by channel. */
export interface BinaryLayout {
  /** In the order of torchvision's training set. */
  readonly trainFiles: readonly string[];
  readonly testFile: string;
  /** Label bytes in front of a picture, and which of them is the class. */
  readonly labelBytes: number;
  readonly labelAt: number;
}

const LAYOUTS: Readonly<Record<string, BinaryLayout>> = {
  "cifar-10": {
    trainFiles: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`),
    testFile: "test_batch.bin",
    labelBytes: 1,
    labelAt: 0,
  },
  // Coarse label, fine label.
  "cifar-100": {
    trainFiles: ["train.bin"],
    testFile: "test.bin",
    labelBytes: 2,
    labelAt: 1,
  },
};

/** Layout of a set's official binary version, or undefined if it has no loader. */
export function binaryLayout(dataset: string): BinaryLayout | undefined {
  return Object.hasOwn(LAYOUTS, dataset) ? LAYOUTS[dataset] : undefined;
}

/** Names of the files that a set needs, training files first. */
export function binaryFileNames(layout: BinaryLayout): string[] {
  return [...layout.trainFiles, layout.testFile];
}
