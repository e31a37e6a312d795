import type { KernelCall } from "./program.ts";

/** A stack that is written down when it is first read. */
export interface Site {
  stack?: string;
}

/** Where calls were made: kept beside the program, since writing a stack down costs more than recording the call. */
const sites = new WeakMap<KernelCall, Site>();

/** Remembers the current stack; cheap until `callerLine` reads it. */
export function captureSite(): Site {
  const site: Site = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  Error.captureStackTrace(site, captureSite);
  Error.stackTraceLimit = limit;
  return site;
}

export function setSite(call: KernelCall, site: Site): void {
  sites.set(call, site);
}

export function siteOf(call: KernelCall): Site | undefined {
  return sites.get(call);
}

const OURS = new URL(".", import.meta.url).href;

/** Whether a line of a stack is TensorFlow.js's, the runtime's, or the recorder's own. */
function isInternal(location: string): boolean {
  return location.includes("/@tensorflow/") || location.startsWith(OURS) ||
    !location.startsWith("file:") || location.includes("/node_modules/");
}

/** `src/nets/wrn.ts:31:12`, the innermost line of a stack outside this folder and TensorFlow.js; or `unknown line`. */
export function callerLine(site: Site | undefined): string {
  for (const line of site?.stack?.split("\n") ?? []) {
    const location = /\(?((?:file|https?|node|ext|npm):[^\s()]+:\d+:\d+)\)?$/.exec(line)?.[1];
    if (!location || isInternal(location)) continue;
    const path = decodeURIComponent(location.slice("file://".length));
    const at = Math.max(
      path.lastIndexOf("/src/"),
      path.lastIndexOf("/tests/"),
      path.lastIndexOf("/stages/"),
    );
    return at >= 0 ? path.slice(at + 1) : path.slice(path.lastIndexOf("/") + 1);
  }
  return "unknown line";
}

/** The line that made a call of a recorded program. */
export function lineOf(call: KernelCall): string {
  return callerLine(sites.get(call));
}
