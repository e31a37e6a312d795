import assert from "node:assert/strict";
import { join } from "node:path";
import { MetricsLog } from "../../src/train/metrics_log.ts";

Deno.test("MetricsLog appends lines and is cut back to an earlier length", async () => {
  const directory = await Deno.makeTempDir();
  const log = new MetricsLog(join(directory, "metrics.jsonl"));
  await log.open({ bytes: 0 });
  await log.append([{ step: 1, loss: 0.5 }, { step: 2, loss: NaN }]);
  const { bytes } = log;
  await log.append([{ step: 3, thresholds: new Float32Array([0.5]) }]);
  const again = new MetricsLog(log.path);
  await again.open({ bytes });
  await again.append([{ step: 3 }]);
  assert.equal(
    await Deno.readTextFile(log.path),
    '{"step":1,"loss":0.5}\n{"step":2,"loss":"NaN"}\n{"step":3}\n',
  );
  await assert.rejects(again.open({ bytes: 1000 }), /expected at least 1000 bytes/);
  await Deno.remove(directory, { recursive: true });
});
