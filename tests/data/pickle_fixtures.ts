/** A pickle that opcodes make: text stands for its bytes. */
export function pickle(...parts: (string | number | Uint8Array | readonly number[])[]): Uint8Array {
  const bytes = parts.flatMap((part) =>
    typeof part === "number"
      ? [part]
      : typeof part === "string"
      ? [...part].map((letter) => letter.charCodeAt(0))
      : [...part]
  );
  return Uint8Array.from(bytes);
}

function uint32(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
}

function shortString(text: string): (string | number)[] {
  return ["U", text.length, text];
}

/** An integer as Python 2 pickles it. */
function integer(value: number): (string | number | number[])[] {
  if (value >= 0 && value < 256) return ["K", value];
  if (value >= 0 && value < 65_536) return ["M", value & 255, value >> 8];
  return ["J", uint32(value)];
}

/** An array of bytes as Python 2's cPickle writes it with protocol 2: the layout of the official CIFAR batches. */
function array(bytes: Uint8Array, shape: readonly [number, number]) {
  return [
    "cnumpy.core.multiarray\n_reconstruct\nq\x08cnumpy\nndarray\nq\x09K\x00\x85U\x01b\x87Rq\x0b(K\x01",
    ...integer(shape[0]),
    ...integer(shape[1]),
    "\x86cnumpy\ndtype\nq\x0cU\x02u1K\x00K\x01\x87Rq\x0d(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T",
    uint32(bytes.length),
    bytes,
    "tb",
  ];
}

/** A batch of the python version: pictures as planes [n, width], a list of labels, and what else such a file holds. */
export function pythonBatch(planes: Uint8Array, options: {
  readonly labels: readonly number[];
  readonly labelKey: string;
  readonly width: number;
}): Uint8Array {
  const { labels, labelKey, width } = options;
  return pickle(
    "\x80\x02}q\x01(",
    ...shortString("batch_label"),
    "q\x02",
    ...shortString("training batch 1 of 5"),
    "q\x03",
    ...shortString(labelKey),
    "q\x04]q\x05(",
    ...labels.flatMap(integer),
    "e",
    ...shortString("data"),
    "q\x06",
    ...array(planes, [planes.length / width, width]),
    ...shortString("filenames"),
    "q\x0e]q\x0f(",
    ...labels.flatMap((label) => shortString(`picture_${label}.png`)),
    "eu.",
  );
}
