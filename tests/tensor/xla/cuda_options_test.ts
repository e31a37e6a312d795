/** What a GPU's plugin is told, as bytes: no GPU is needed for that. */
import { deepEqual, equal } from "node:assert/strict";
import { compileOptions } from "../../../src/tensor/engines/xla/compile_options.ts";
import { clientOptions, compilerFlags } from "../../../src/tensor/engines/xla/create.ts";
import { packOptions } from "../../../src/tensor/engines/xla/pjrt/named_values.ts";
import { bytesAt, textAt } from "../../../src/tensor/engines/xla/pjrt/struct.ts";

const cuda = { plugin: "plugin.so", device: "cuda" } as const;

/** Bytes of a PJRT_NamedValue, whose fields each take 8. */
const SIZE = 56;
const [NAME, NAME_SIZE, VALUE] = [16, 24, 40];

/** One packed option: its name, what its list points to, and its bytes, eight a word, where pointers are 0. */
function unpack(bytes: Uint8Array<ArrayBuffer>, { hasList }: { readonly hasList: boolean }) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SIZE);
  const pointer = (at: number) => {
    const address = view.getBigUint64(at, true);
    view.setBigUint64(at, 0n, true);
    return address;
  };
  const name = textAt(pointer(NAME), Number(view.getBigUint64(NAME_SIZE, true)));
  const list = hasList ? bytesAt(pointer(VALUE), 8).toHex() : "";
  return { name, list, words: bytes.toHex().match(/.{16}/g) };
}

Deno.test("packOptions(clientOptions()) gives a GPU's options byte by byte", () => {
  const options = { deviceIndex: 3, memoryFraction: 0.25, preallocate: false, deterministic: true };
  const { bytes, count } = packOptions(clientOptions({ ...cuda, ...options }));
  equal(count, 3);
  equal(bytes.length, count * SIZE);
  const [none, size] = ["0000000000000000", "3800000000000000"];
  const one = "0100000000000000";
  const unpacked = [true, false, false].map((hasList, i) =>
    unpack(bytes.slice(i * SIZE, (i + 1) * SIZE), { hasList })
  );
  // The words: size, extension, name, its length, type, value, count.
  deepEqual(unpacked, [
    {
      name: "visible_devices",
      list: "0300000000000000",
      words: [size, none, none, "0f00000000000000", "0200000000000000", none, one],
    },
    {
      name: "memory_fraction",
      list: "",
      words: [
        ...[size, none, none, "0f00000000000000", "0300000000000000"],
        "0000803e00000000", // the float 0.25
        one,
      ],
    },
    {
      name: "preallocate",
      list: "",
      words: [size, none, none, "0b00000000000000", "0400000000000000", none, one],
    },
  ]);
});

Deno.test("clientOptions() leaves to the plugin what is not set, and gives a CPU's none", () => {
  deepEqual(clientOptions(cuda), { visible_devices: [0] });
  deepEqual(clientOptions({ ...cuda, preallocate: true }), {
    visible_devices: [0],
    preallocate: true,
  });
  deepEqual(clientOptions({ ...cuda, device: "cpu", memoryFraction: 0.5 }), {});
});

Deno.test("compileOptions(compilerFlags()) asks a GPU's compiler for the same bits, byte by byte", () => {
  const bytes = (deterministic: boolean, device: "cpu" | "cuda" = "cuda") =>
    compileOptions(compilerFlags({ ...cuda, device, deterministic })).toHex();
  // One replica, one partition.
  const least = "1a0420012801";
  const name = new TextEncoder().encode("xla_gpu_deterministic_ops").toHex();
  equal(bytes(true), `${least}3a1f0a19${name}12021001`);
  equal(bytes(false), least);
  equal(bytes(true, "cpu"), least);
});
