import { deepEqual, equal, rejects } from "node:assert/strict";
import { startParticipant } from "../../bench/participant.ts";
import { TextLineStream } from "../../bench/text_lines.ts";

/** A process of Deno that runs a program. */
function deno(program: string) {
  return { command: Deno.execPath(), args: ["eval", program] };
}

Deno.test("startParticipant() says of a program that is not there that it is not installed", async () => {
  const { greeting } = await startParticipant("it", { command: "no-such-python", args: [] });
  deepEqual(greeting, { absent: "not installed" });
});

Deno.test("startParticipant() names a process that dies", async () => {
  const program = "console.log('{}'); await Deno.stdin.read(new Uint8Array(1)); Deno.exit(3)";
  const participant = await startParticipant("it", deno(program));
  await rejects(participant.turn(1), /measurement of it ended with code 3/);
  await participant.stop();
});

Deno.test("Participant.turn() hands over the number of steps and gives the answer", async () => {
  const program = `console.log('{"version":"7"}'); for await (const c of Deno.stdin.readable) {
    const { steps } = JSON.parse(new TextDecoder().decode(c));
    console.log(JSON.stringify({ milliseconds: 2 * steps, cpuSeconds: 1, peakBytes: 3 })); }`;
  const participant = await startParticipant("it", deno(program));
  deepEqual(participant.greeting, { version: "7" });
  equal((await participant.turn(4)).milliseconds, 8);
  equal((await participant.turn(5)).milliseconds, 10);
  await participant.stop();
});

Deno.test("TextLineStream joins pieces and splits at line feeds", async () => {
  const pieces = ReadableStream.from(["a", "b\nc\n", "\nd"]);
  deepEqual(await Array.fromAsync(pieces.pipeThrough(new TextLineStream())), ["ab", "c", ""]);
});
