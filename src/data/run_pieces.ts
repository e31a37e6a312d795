/** Work that comes in pieces. */
export interface Pieces<T, R> {
  /** Pieces that run at a time. */
  readonly size: number;
  /** The next piece, or null if there is none until another one is done. */
  next(): T | null;
  run(piece: T, signal: AbortSignal): Promise<R>;
  /** Takes a result; one after another. May make new pieces ready. */
  done(piece: T, result: R): Promise<void>;
}

/**
 * Runs pieces side by side until there is none left. When one fails or the signal fires, no new one starts and those that run are
 * asked to end; then the first failure, or the signal's reason, is thrown.
 */
export async function runPieces<T, R>(pieces: Pieces<T, R>, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const all = AbortSignal.any([signal, stop.signal]);
  const running = new Set<Promise<void>>();
  let failed: { readonly error: unknown } | null = null;
  let taking = Promise.resolve();
  const start = async (piece: T) => {
    try {
      const result = await pieces.run(piece, all);
      taking = taking.then(() => pieces.done(piece, result));
      await taking;
    } catch (error) {
      failed ??= { error };
      stop.abort(error);
    }
  };
  while (true) {
    while (!all.aborted && running.size < pieces.size) {
      const piece = pieces.next();
      if (piece === null) break;
      const promise = start(piece).finally(() => running.delete(promise));
      running.add(promise);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  signal.throwIfAborted();
  const failure = failed as { readonly error: unknown } | null;
  if (failure !== null) throw failure.error;
}
