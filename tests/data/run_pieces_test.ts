import assert from "node:assert/strict";
import { runPieces } from "../../src/data/run_pieces.ts";

/** A promise and what settles it. */
function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => open = resolve);
  return { open, passed };
}

Deno.test("runPieces() runs as many side by side as it may, and takes results one after another", async () => {
  const waiting = [1, 2, 3, 4, 5, 6, 7];
  const taken: number[] = [];
  let [running, most, taking] = [0, 0, 0];
  await runPieces<number, number>({
    size: 3,
    next: () => waiting.shift() ?? null,
    run: async (piece) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      return 10 * piece;
    },
    done: async (piece, result) => {
      assert.equal(++taking, 1);
      await Promise.resolve();
      if (piece === 7) waiting.push(8); // a result may make new pieces
      taken.push(result);
      taking--;
    },
  }, new AbortController().signal);
  assert.equal(most, 3);
  assert.deepEqual(taken.sort((a, b) => a - b), [10, 20, 30, 40, 50, 60, 70, 80]);
});

Deno.test("runPieces() stops the others when one fails, waits for them and throws the first failure", async () => {
  const waiting = [1, 2, 3, 4];
  const first = gate();
  const ended: number[] = [];
  const pieces = {
    size: 2,
    next: () => waiting.shift() ?? null,
    run: async (piece: number, signal: AbortSignal) => {
      if (piece === 2) {
        first.open();
        throw new Error("piece 2");
      }
      await first.passed;
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve());
      });
      ended.push(piece);
      signal.throwIfAborted();
    },
    done: () => Promise.resolve(),
  };
  await assert.rejects(runPieces(pieces, new AbortController().signal), /^Error: piece 2$/);
  assert.deepEqual([ended, waiting], [[1], [3, 4]]);
});

Deno.test("runPieces() throws the signal's reason, and starts nothing if it has fired before", async () => {
  const stop = new AbortController();
  stop.abort(new Error("Ctrl-C"));
  const pieces = {
    size: 2,
    next: () => assert.fail("a piece was started"),
    run: () => Promise.resolve(),
    done: () => Promise.resolve(),
  };
  await assert.rejects(runPieces(pieces, stop.signal), /Ctrl-C/);
});
