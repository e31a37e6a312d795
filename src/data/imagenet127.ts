/** The 127 groups of ImageNet-127, and which ImageNet class is in which. */
export interface Imagenet127 {
  /** Names of the groups in order. */
  readonly groupNames: readonly string[];
  /** Group of label 1 … 1000 of the downsampled-ImageNet files; place 0 is not used. */
  readonly groupOfLabel: Int32Array;
  /** Label 1 … 1000 of each class's WordNet id, in order of the ids. */
  readonly labelOfWnid: ReadonlyMap<string, number>;
}

/** Labels of the downsampled-ImageNet files are 1 … 1000. */
export const IMAGENET_CLASSES = 1000;

/** Reads the map that comes with the program (`data/imagenet127`). */
export async function readImagenet127(): Promise<Imagenet127> {
  const groups = rows(
    await Deno.readTextFile(new URL("../../data/imagenet127/groups.tsv", import.meta.url)),
  );
  const classes = rows(
    await Deno.readTextFile(new URL("../../data/imagenet127/classes.tsv", import.meta.url)),
  );
  const groupOfLabel = new Int32Array(IMAGENET_CLASSES + 1).fill(-1);
  for (const [label, , group] of classes) groupOfLabel[Number(label)] = Number(group);
  const labels = classes.map(([label, wnid]): [string, number] => [wnid!, Number(label)]);
  const labelOfWnid = new Map(labels.sort(([a], [b]) => a < b ? -1 : 1));
  return { groupNames: groups.map(([, , name]) => name!), groupOfLabel, labelOfWnid };
}

function rows(text: string): string[][] {
  return text.trimEnd().split("\n").filter((line) => !line.startsWith("#"))
    .map((line) => line.split("\t"));
}
