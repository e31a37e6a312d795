import assert from "node:assert/strict";
import { memorySource, readBytes } from "../../src/data/byte_source.ts";
import { pickledBytes, pickledIntegers, readPickledDict } from "../../src/data/pickle.ts";
import { UserError } from "../../src/errors.ts";
import { pickle, pythonBatch } from "./pickle_fixtures.ts";

// pickle.dumps({"labels": [6, 9, 300, -2], "data": np.arange(12, dtype=np.uint8).reshape(4, 3),
// "many": np.array([7, -8])}, protocol=p) of Python 3.13 and numpy 2.4.6, p = 2, 3, 4; of Python 3.11 p = 5, and the same with
// "data" read-only, whose bytes are then no bytearray.
const written = [
  "80027d71002858060000006c6162656c7371015d7102284b064b094d2c014afeffffff655804000000646174617103636e756d70792e5f636f72652e6d756c746961727261790a5f7265636f6e7374727563740a7104636e756d70790a6e6461727261790a71054b00857106635f636f646563730a656e636f64650a7107580100000062710858060000006c6174696e31710986710a52710b87710c52710d284b014b044b0386710e636e756d70790a64747970650a710f5802000000753171108988877111527112284b0358010000007c71134e4e4e4affffffff4affffffff4b0074711462896807580c000000000102030405060708090a0b711568098671165271177471186258040000006d616e797119680468054b0085711a680b87711b52711c284b014b0285711d680f58020000006938711e898887711f527120284b0358010000003c71214e4e4e4affffffff4affffffff4b007471226289680758180000000700000000000000c3b8c3bfc3bfc3bfc3bfc3bfc3bfc3bf7123680986712452712574712662752e",
  "80037d71002858060000006c6162656c7371015d7102284b064b094d2c014afeffffff655804000000646174617103636e756d70792e5f636f72652e6d756c746961727261790a5f7265636f6e7374727563740a7104636e756d70790a6e6461727261790a71054b008571064301627107877108527109284b014b044b0386710a636e756d70790a64747970650a710b58020000007531710c898887710d52710e284b0358010000007c710f4e4e4e4affffffff4affffffff4b007471106289430c000102030405060708090a0b71117471126258040000006d616e797113680468054b008571146807877115527116284b014b02857117680b580200000069387118898887711952711a284b0358010000003c711b4e4e4e4affffffff4affffffff4b0074711c628943100700000000000000f8ffffffffffffff711d74711e62752e",
  "80049514010000000000007d94288c066c6162656c73945d94284b064b094d2c014afeffffff658c0464617461948c166e756d70792e5f636f72652e6d756c74696172726179948c0c5f7265636f6e7374727563749493948c056e756d7079948c076e6461727261799493944b0085944301629487945294284b014b044b03869468078c0564747970659493948c02753194898887945294284b038c017c944e4e4e4affffffff4affffffff4b0074946289430c000102030405060708090a0b947494628c046d616e7994680668094b008594680b87945294284b014b02859468108c02693894898887945294284b038c013c944e4e4e4affffffff4affffffff4b007494628943100700000000000000f8ffffffffffffff94749462752e",
  "800595fa000000000000007d94288c066c6162656c73945d94284b064b094d2c014afeffffff658c0464617461948c136e756d70792e5f636f72652e6e756d65726963948c0b5f66726f6d62756666657294939428960c00000000000000000102030405060708090a0b948c056e756d7079948c0564747970659493948c02753194898887945294284b038c017c944e4e4e4affffffff4affffffff4b007494624b044b0386948c014394749452948c046d616e79946806289610000000000000000700000000000000f8ffffffffffffff94680a8c02693894898887945294284b038c013c944e4e4e4affffffff4affffffff4b007494624b028594681174945294752e",
  "800595f3000000000000007d94288c066c6162656c73945d94284b064b094d2c014afeffffff658c0464617461948c136e756d70792e5f636f72652e6e756d65726963948c0b5f66726f6d62756666657294939428430c000102030405060708090a0b948c056e756d7079948c0564747970659493948c02753194898887945294284b038c017c944e4e4e4affffffff4affffffff4b007494624b044b0386948c014394749452948c046d616e79946806289610000000000000000700000000000000f8ffffffffffffff94680a8c02693894898887945294284b038c013c944e4e4e4affffffff4affffffff4b007494624b028594681174945294752e",
];

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g)!, (byte) => parseInt(byte, 16));
}

function bytesOf(dict: ReturnType<typeof readPickledDict>): number[] {
  const { bytes: { source, at, length } } = pickledBytes(dict, "data", "a");
  return [...readBytes(source, { at, length })];
}

const twelve = Array.from({ length: 12 }, (_, i) => i);

Deno.test("readPickledDict() reads what Python 3 writes with protocols 2 to 5", () => {
  for (const text of written) {
    const dict = readPickledDict(memorySource(fromHex(text), "a"));
    assert.deepEqual(pickledIntegers(dict, "labels", "a"), [6, 9, 300, -2]);
    assert.deepEqual(pickledIntegers(dict, "many", "a"), [7, -8]);
    assert.deepEqual(pickledBytes(dict, "data", "a").shape, [4, 3]);
    assert.deepEqual(bytesOf(dict), twelve);
  }
});

Deno.test("readPickledDict() reads what Python 2 writes, and leaves long bytes where they are", () => {
  const planes = Uint8Array.from({ length: 30 * 3072 }, (_, i) => (i * 7) % 251);
  const labels = Array.from({ length: 30 }, (_, i) => i * 300);
  const batch = pythonBatch(planes, { labels, labelKey: "labels", width: 3072 });
  const dict = readPickledDict(memorySource(batch, "a"));
  assert.deepEqual(pickledIntegers(dict, "labels", "a"), labels);
  const data = pickledBytes(dict, "data", "a");
  assert.deepEqual([data.shape, data.fortran], [[30, 3072], false]);
  assert.ok(data.bytes.source.length === batch.length, "the array is a stretch of the file");
  assert.deepEqual(bytesOf(dict), [...planes]);
});

function refused(bytes: Uint8Array, message: RegExp): void {
  assert.throws(() => readPickledDict(memorySource(bytes, "evil")), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, /^evil[,:]/);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("readPickledDict() refuses what would run code, by name", () => {
  // Objects whose __reduce__ gives (os.system, ("id",)), in protocols 2 and 4.
  refused(
    fromHex(
      "80027d7100580400000064617461710163706f7369780a73797374656d0a7102580200000069647103857104527105732e",
    ),
    /asks for posix\.system: .*nothing is run/,
  );
  refused(
    fromHex(
      "80049527000000000000007d948c0464617461948c05706f736978948c0673797374656d9493948c0269649485945294732e",
    ),
    /asks for posix\.system/,
  );
  // The same in protocol 5.
  refused(
    fromHex(
      "80059524000000000000007d948c0161948c05706f736978948c0673797374656d9493948c0269649485945294732e",
    ),
    /asks for posix\.system/,
  );
  refused(pickle("\x80\x02c__builtin__\neval\n."), /asks for __builtin__\.eval/);
  refused(pickle("(S'id'\nios\nsystem\n."), /0x53/);
  refused(pickle("(ios\nsystem\n."), /INST \(0x69\), which could run code/);
  refused(pickle("\x80\x02)\x81."), /NEWOBJ/);
  refused(pickle("Pname\n."), /PERSID/);
  refused(pickle("\x80\x02\x82\x01."), /EXT1/);
  refused(pickle("(o."), /OBJ/);
  refused(pickle("\x80\x02cnumpy\ndtype\nU\x03objK\x00K\x01\x87R."), /does not need/);
  refused(pickle("\x80\x02cnumpy\ndtype\nU\x02O8K\x00K\x01\x87R."), /does not need/);
  refused(pickle("\x80\x02}}b."), /no plain numpy array/);
});

Deno.test("readPickledDict() tells arrays of protocol 5 in columns, and refuses those without their bytes", () => {
  // {"labels": [1], "data": np.asfortranarray(…)}
  const columns =
    "8005959b000000000000007d94288c066c6162656c73945d944b01618c0464617461948c136e756d70792e5f636f72652e6e756d65726963948c0b5f66726f6d62756666657294939428960c00000000000000000306090104070a0205080b948c056e756d7079948c0564747970659493948c02753194898887945294284b038c017c944e4e4e4affffffff4affffffff4b007494624b044b0386948c01469474945294752e";
  const data = pickledBytes(readPickledDict(memorySource(fromHex(columns), "a")), "data", "a");
  assert.deepEqual([data.shape, data.fortran], [[4, 3], true]);
  // pickle.dumps({"data": np.arange(3, dtype=np.uint8)}, protocol=5, buffer_callback=…)
  const outside =
    "80059575000000000000007d948c0464617461948c136e756d70792e5f636f72652e6e756d65726963948c0b5f66726f6d62756666657294939428978c056e756d7079948c0564747970659493948c02753194898887945294284b038c017c944e4e4e4affffffff4affffffff4b007494624b0385948c01439474945294732e";
  refused(fromHex(outside), /an array whose bytes were kept outside it/);
  // The array says one row more than it has bytes for.
  refused(
    fromHex(written[3]!.replace("4b044b0386", "4b054b0386")),
    /expected 15 bytes .* found 12/,
  );
});

Deno.test("readPickledDict() refuses damaged pickles", () => {
  const good = fromHex(written[0]!);
  for (const length of [0, 1, 30, good.length - 1]) {
    refused(good.subarray(0, length), /truncated/);
  }
  refused(pickle("\x80\x02]."), /expected a pickled dictionary/);
  refused(pickle("\x80\x02."), /no value where one is needed/);
  refused(pickle("\x80\x02e."), /end of a list that did not begin/);
  refused(pickle("\x80\x02h\x05."), /reference to nothing/);
  refused(pickle("\x80\x09}."), /newer protocol/);
  refused(pickle("\x80\x02T\xff\xff\xff\x7fabc."), /2147483647 bytes are announced, 4 are there/);
  refused(new TextEncoder().encode("<html>not found</html>"), /opcode 0x3c/);
  const short = pythonBatch(new Uint8Array(6), { labels: [1, 2], labelKey: "labels", width: 3 });
  const at = short.lastIndexOf(0x86);
  short[at - 1] = 4;
  refused(short, /expected 8 bytes for an array of 2 × 4, found 6/);
});
