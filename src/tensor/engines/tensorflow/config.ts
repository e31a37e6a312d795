/** A protocol buffer's variable-length integer. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push(rest % 0x80 | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

/**
 * TensorFlow's ConfigProto (tensorflow/core/protobuf/config.proto) as bytes: threads within an operation (field 2) and threads that
 * start operations (field 5), and the graph rewriter off (graph_options.rewrite_options.disable_meta_optimizer), which costs
 * more at the first call than it saves later.
 */
export function contextConfig(threads: number): Uint8Array<ArrayBuffer> {
  const rewriter = [0x98, 0x01, 0x01];
  const rewriteOptions = [0x52, rewriter.length, ...rewriter];
  const graphOptions = [0x52, rewriteOptions.length, ...rewriteOptions];
  return Uint8Array.from([0x10, ...varint(threads), 0x28, ...varint(threads), ...graphOptions]);
}
