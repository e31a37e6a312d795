import { createHash } from "node:crypto";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { OfficialFiles } from "../../src/data/checksums.ts";

export function hex(algorithm: string, bytes: Uint8Array | string): string {
  return createHash(algorithm).update(bytes).digest("hex");
}

/** A ustar archive of plain files; `type` and `name` as given, so that bad ones can be made. */
export function tar(
  files: readonly { name: string; bytes: Uint8Array; type?: string }[],
): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const { name, bytes, type = "0" } of files) {
    const header = new Uint8Array(512);
    const put = (text: string, at: number) => header.set(new TextEncoder().encode(text), at);
    put(name, 0);
    put("0000644\0", 100);
    put(`${bytes.length.toString(8).padStart(11, "0")} `, 124);
    put(type, 156);
    put("ustar\x0000", 257);
    put("        ", 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    const body = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
    body.set(bytes);
    blocks.push(header, body);
  }
  blocks.push(new Uint8Array(1024));
  const whole = new Uint8Array(blocks.reduce((total, block) => total + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}

/** A picture of one file of CIFAR-10's or CIFAR-100's binary version: channel planes with values from label and index. */
export function records(labels: readonly (readonly number[])[], first = 0): Uint8Array {
  const labelBytes = labels[0]?.length ?? 1;
  const bytes = new Uint8Array(labels.length * (labelBytes + 3072));
  for (const [r, label] of labels.entries()) {
    const at = r * (labelBytes + 3072);
    bytes.set(label, at);
    for (let c = 0; c < 3; c++) {
      for (let p = 0; p < 1024; p++) {
        bytes[at + labelBytes + c * 1024 + p] = (first + r + 50 * c + p) % 256;
      }
    }
  }
  return bytes;
}

/** Small files in CIFAR-10's layout, with the hashes and the archive that belong to them. */
export function smallCifar10(): {
  files: Record<string, Uint8Array>;
  archive: Uint8Array;
  official: OfficialFiles;
} {
  const files: Record<string, Uint8Array> = {};
  for (let batch = 0; batch < 5; batch++) {
    files[`data_batch_${batch + 1}.bin`] = records([[batch], [9 - batch]], 2 * batch);
  }
  files["test_batch.bin"] = records([[3], [4], [5]], 100);
  const entries = [
    { name: "cifar-10-batches-bin/", bytes: new Uint8Array(0), type: "5" },
    { name: "cifar-10-batches-bin/readme.html", bytes: new TextEncoder().encode("hello") },
    // The official archive does not hold its batches in order either.
    ...Object.entries(files).reverse().map(([name, bytes]) => ({
      name: `cifar-10-batches-bin/${name}`,
      bytes,
    })),
  ];
  const archive = new Uint8Array(gzipSync(tar(entries)));
  const official: OfficialFiles = {
    archive: {
      name: "cifar-10-binary.tar.gz",
      url: "http://127.0.0.1/cifar-10-binary.tar.gz",
      bytes: archive.length,
      md5: hex("md5", archive),
    },
    folder: "cifar-10-batches-bin",
    files: Object.fromEntries(
      Object.entries(files).map((
        [name, bytes],
      ) => [name, { bytes: bytes.length, sha1: hex("sha1", bytes) }]),
    ),
  };
  return { files, archive, official };
}

/** A directory that is gone after the test. */
export async function inTemporaryDirectory(
  run: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await run(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Writes files below a directory. */
export async function writeFiles(
  directory: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
  }
}

/** A PNG of RGB bytes. */
export async function png(pixels: Uint8Array, width: number): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const raw = { width, height: pixels.length / 3 / width, channels: 3 } as const;
  return new Uint8Array(await sharp(pixels, { raw }).png().toBuffer());
}
