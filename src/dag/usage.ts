/** Processor time and memory of this process, without asking `/proc`. */
import process from "node:process";
import type { Usage } from "./protocol.ts";

export function currentUsage(): Usage {
  const cpu = process.cpuUsage();
  return {
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    residentBytes: Deno.memoryUsage().rss,
    // Kibibytes on Linux and macOS alike in Node's API.
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}
