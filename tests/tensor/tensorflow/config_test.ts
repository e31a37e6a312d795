import assert from "node:assert/strict";
import { contextConfig } from "../../../src/tensor/engines/tensorflow/config.ts";

/** Wire types of protocol buffers, in the low three bits of a field's tag. */
const VARINT = 0;
const MESSAGE = 2;

/** Field numbers of tensorflow/core/protobuf/config.proto and rewriter_config.proto. */
const CONFIG = {
  intra_op_parallelism_threads: 2,
  inter_op_parallelism_threads: 5,
  graph_options: 10,
};
const GRAPH_OPTIONS = { rewrite_options: 10 };
const REWRITER_CONFIG = { disable_meta_optimizer: 19 };

Deno.test("contextConfig() is a ConfigProto with both numbers of threads and no graph rewriter", () => {
  // 19 << 3 has more than seven bits.
  const tag = REWRITER_CONFIG.disable_meta_optimizer << 3 | VARINT;
  const rewriter = [tag & 0x7f | 0x80, tag >> 7, 1];
  const graph = [GRAPH_OPTIONS.rewrite_options << 3 | MESSAGE, rewriter.length, ...rewriter];
  for (const [threads, bytes] of [[1, [1]], [2, [2]], [200, [0xc8, 0x01]]] as const) {
    assert.deepEqual([...contextConfig(threads)], [
      ...[CONFIG.intra_op_parallelism_threads << 3 | VARINT, ...bytes],
      ...[CONFIG.inter_op_parallelism_threads << 3 | VARINT, ...bytes],
      ...[CONFIG.graph_options << 3 | MESSAGE, graph.length, ...graph],
    ]);
  }
});
