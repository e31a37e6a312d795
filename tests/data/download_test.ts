import assert from "node:assert/strict";
import { join } from "node:path";
import { download } from "../../src/data/download.ts";
import { getDataset } from "../../src/data/get_dataset.ts";
import { hex, inTemporaryDirectory, smallCifar10 } from "./fixtures.ts";

const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) % 251);
const expected = {
  bytes: content.length,
  algorithm: "sha256",
  hash: hex("sha256", content),
} as const;

/** Serves one answer a request, in order, on the loopback; `run` gets the URL and the Range headers seen. */
async function served(
  answers: readonly ((range: string | null) => Response)[],
  run: (url: string, ranges: (string | null)[]) => Promise<void>,
): Promise<void> {
  const ranges: (string | null)[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const range = request.headers.get("range");
    const answer = answers[ranges.length];
    ranges.push(range);
    return answer?.(range) ?? new Response("no more answers", { status: 500 });
  });
  try {
    await run(`http://127.0.0.1:${server.addr.port}/file`, ranges);
  } finally {
    await server.shutdown();
  }
}

function start(range: string | null): number {
  return range === null ? 0 : Number(/^bytes=(\d+)-$/.exec(range)?.[1]);
}

const whole = () => new Response(content);

function rest(range: string | null): Response {
  const from = start(range);
  const headers = { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` };
  return new Response(content.subarray(from), { status: from > 0 ? 206 : 200, headers });
}

Deno.test("download() writes, checks and reports progress", async () => {
  await inTemporaryDirectory(async (folder) => {
    await served([whole], async (url) => {
      const path = join(folder, "new", "file");
      const seen: number[] = [];
      await download({ url, path, expected, onProgress: (done) => seen.push(done) });
      assert.deepEqual(await Deno.readFile(path), content);
      assert.equal(seen.at(-1), content.length);
      await assert.rejects(Deno.stat(`${path}.part`), Deno.errors.NotFound);
    });
  });
});

/** Answers one request on the loopback with the beginning of the content, then closes the connection. */
async function brokenOff(bytes: number, run: (url: string) => Promise<void>): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const answer = async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${content.length}\r\n\r\n`;
    const writer = connection.writable.getWriter();
    await writer.write(new TextEncoder().encode(head));
    await writer.write(content.subarray(0, bytes));
  };
  await Promise.all([answer(), run(`http://127.0.0.1:${listener.addr.port}/file`)]);
}

Deno.test("download() goes on where the transfer broke off", async () => {
  await inTemporaryDirectory(async (folder) => {
    const path = join(folder, "file");
    await brokenOff(40_000, async (url) => {
      await assert.rejects(
        download({ url, path, expected }),
        /interrupted after 40000 of 100000 bytes/,
      );
    });
    await served([rest], async (url, ranges) => {
      await download({ url, path, expected });
      assert.deepEqual(await Deno.readFile(path), content);
      assert.deepEqual(ranges, ["bytes=40000-"]);
    });
  });
});

Deno.test("download() checks a whole .part without asking the server again", async () => {
  await inTemporaryDirectory(async (folder) => {
    const path = join(folder, "file");
    await Deno.writeFile(`${path}.part`, content);
    await download({ url: "http://127.0.0.1:1/", path, expected });
    assert.deepEqual(await Deno.readFile(path), content);
  });
});

Deno.test("download() names expected and found hash, and starts afresh afterwards", async () => {
  await inTemporaryDirectory(async (folder) => {
    const wrong = content.slice();
    wrong[5] = 99;
    await served([() => new Response(wrong), whole], async (url, ranges) => {
      const path = join(folder, "file");
      await assert.rejects(
        download({ url, path, expected }),
        new RegExp(`expected sha256 ${expected.hash}, found ${hex("sha256", wrong)}`),
      );
      await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
      await download({ url, path, expected });
      assert.deepEqual(ranges, [null, null]);
    });
  });
});

Deno.test("download() refuses answers that do not fit", async () => {
  const cases: [(range: string | null) => Response, number, RegExp][] = [
    [() => new Response("no", { status: 404 }), 0, /answered 404/],
    [
      () => new Response(content.subarray(0, 500)),
      0,
      /expected a file of 100000 bytes, found one of 500/,
    ],
    [whole, 700, /does not go on from byte 700 but starts again: delete .*\.part/],
    [
      () => new Response(content, { status: 206 }),
      700,
      /expected the bytes from 700 on, found "no content-range"/,
    ],
  ];
  for (const [answer, begun, message] of cases) {
    await inTemporaryDirectory(async (folder) => {
      await served([answer], async (url) => {
        const path = join(folder, "file");
        if (begun > 0) await Deno.writeFile(`${path}.part`, content.subarray(0, begun));
        await assert.rejects(download({ url, path, expected }), message);
      });
    });
  }
});

Deno.test("download() says when nobody answers or the .part is too long", async () => {
  await inTemporaryDirectory(async (folder) => {
    const path = join(folder, "file");
    const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = closed.addr;
    closed.close();
    const url = `http://127.0.0.1:${port}/`;
    await assert.rejects(download({ url, path, expected }), /no answer/);
    await Deno.writeFile(`${path}.part`, new Uint8Array(content.length + 1));
    await assert.rejects(
      download({ url, path, expected }),
      /more than the 100000 of the whole file/,
    );
  });
});

Deno.test("getDataset() gets an archive once", async () => {
  const { archive, official } = smallCifar10();
  await inTemporaryDirectory(async (root) => {
    await served([() => new Response(new Uint8Array(archive))], async (url, ranges) => {
      const options = { root, official: { ...official, archive: { ...official.archive, url } } };
      const first = await getDataset("cifar-10", options);
      assert.deepEqual(first, {
        path: join(root, "cifar-10", "cifar-10-binary.tar.gz"),
        downloaded: true,
      });
      assert.deepEqual(await getDataset("cifar-10", options), { ...first, downloaded: false });
      assert.equal(ranges.length, 1);
    });
    await assert.rejects(getDataset("synthetic", { root }), /made when it is needed/);
    await assert.rejects(getDataset("cifar10", { root }), /Unknown data set "cifar10"/);
    await assert.rejects(
      getDataset("imagenet-127-32", { root }),
      /cannot be downloaded by this program/,
    );
  });
});
