import { CIFAR100_CLASSES } from "./cifar100_classes.ts";

/** Mean and standard deviation per channel (RGB) that images in [0, 1] are normalised with. */
export interface Normalisation {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** What is known about a data set without looking at a file. */
export interface DatasetFacts {
  readonly id: string;
  readonly title: string;
  readonly classes: number;
  /** In label order; empty where the names come with the files. */
  readonly classNames: readonly string[];
  /** Edge of an image in pixels, as it is trained on (USB reads STL-10's 96 pixels as 32). */
  readonly size: number;
  /** Training images of each class, or null where they are not all alike. */
  readonly trainPerClass: number | null;
  readonly trainCount: number;
  readonly testCount: number;
  /** USB's values. */
  readonly normalisation: Normalisation;
  /** Where the set is described. */
  readonly page: string | null;
  readonly licence: string;
  readonly citation: string;
  /** Whether it is made of the downsampled-ImageNet files. */
  readonly downsampled?: true;
}

/** ImageNet's statistics; USB uses them for CIFAR-10 too. */
export const IMAGENET_NORMALISATION: Normalisation = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

function from255(mean: Normalisation["mean"], std: Normalisation["std"]): Normalisation {
  const [m0, m1, m2] = mean;
  const [s0, s1, s2] = std;
  return { mean: [m0 / 255, m1 / 255, m2 / 255], std: [s0 / 255, s1 / 255, s2 / 255] };
}

const CIFAR = {
  size: 32,
  trainCount: 50_000,
  testCount: 10_000,
  page: "https://www.cs.toronto.edu/~kriz/cifar.html",
  licence: "no formal licence; the authors ask for a citation",
  citation:
    "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, technical report, 2009",
} as const;

const IMAGENET127 = {
  classes: 127,
  classNames: [],
  trainPerClass: null,
  trainCount: 1_281_167,
  testCount: 50_000,
  normalisation: {
    mean: [0.48109809, 0.45747185, 0.40785507],
    std: [0.26040889, 0.2532126, 0.26820634],
  },
  page: "https://image-net.org/download-images.php",
  licence: "ImageNet's terms of access: non-commercial research and education",
  citation:
    "P. Chrabaszcz, I. Loshchilov, F. Hutter, A Downsampled Variant of ImageNet, 2017; classes after Huh, Agrawal, Efros 2016",
  downsampled: true,
} as const;

const DATASETS: readonly DatasetFacts[] = [
  {
    id: "synthetic",
    title: "Synthetic shapes",
    classes: 10,
    classNames: [],
    size: 32,
    trainPerClass: null,
    trainCount: 0,
    testCount: 0,
    normalisation: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    page: null,
    licence: "made by this program",
    citation: "none",
  },
  {
    ...CIFAR,
    id: "cifar-10",
    title: "CIFAR-10",
    classes: 10,
    classNames: [
      "airplane",
      "automobile",
      "bird",
      "cat",
      "deer",
      "dog",
      "frog",
      "horse",
      "ship",
      "truck",
    ],
    trainPerClass: 5000,
    normalisation: IMAGENET_NORMALISATION,
  },
  {
    ...CIFAR,
    id: "cifar-100",
    title: "CIFAR-100",
    classes: 100,
    classNames: CIFAR100_CLASSES,
    trainPerClass: 500,
    normalisation: from255([129.3, 124.1, 112.4], [68.2, 65.4, 70.4]),
  },
  {
    id: "stl-10",
    title: "STL-10",
    classes: 10,
    classNames: [
      "airplane",
      "bird",
      "car",
      "cat",
      "deer",
      "dog",
      "horse",
      "monkey",
      "ship",
      "truck",
    ],
    size: 32,
    trainPerClass: 500,
    trainCount: 105_000,
    testCount: 8_000,
    normalisation: from255([112.4, 109.1, 98.6], [68.4, 66.6, 68.5]),
    page: "https://cs.stanford.edu/~acoates/stl10/",
    licence: "images from ImageNet, whose terms apply; the authors ask for a citation",
    citation:
      "A. Coates, H. Lee, A. Y. Ng, An Analysis of Single-Layer Networks in Unsupervised Feature Learning, AISTATS 2011",
  },
  { ...IMAGENET127, id: "imagenet-127-32", title: "ImageNet-127 at 32 pixels", size: 32 },
  { ...IMAGENET127, id: "imagenet-127-64", title: "ImageNet-127 at 64 pixels", size: 64 },
];

/** Ids of the data sets that the program knows; other ids are the user's own indexed folders. */
export const DATASET_IDS: readonly string[] = DATASETS.map((facts) => facts.id);

/** Facts of a known data set, or undefined for an id of the user's own. */
export function datasetFacts(id: string): DatasetFacts | undefined {
  return DATASETS.find((facts) => facts.id === id);
}
