// Waiting that ends: when a signal is aborted, or when nothing has come for too long.
import { AdmissionError, cancelled } from './errors.mjs';

const LONGEST_TIMER = 2 ** 31 - 1; // a longer one fires at once

/** Resolves after `milliseconds`, or as soon as `signal`, if there is one, is aborted. */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(milliseconds, LONGEST_TIMER));
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}

/** What `promise` gives, or the error of `signal` as soon as it is aborted. */
export async function unlessAborted(promise, signal) {
  if (!signal) return promise;
  let stop;
  const aborted = new Promise((_, reject) => {
    stop = () => reject(cancelled(signal));
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Runs `work(signal, { alive, apart })`, which calls `alive()` when bytes arrive; none of `what` for
 * `timeout` ms is an error, and the time for which `apart(promise)` waits does not count. `work` ends
 * when its signal is aborted.
 */
export async function watched(signal, timeout, what, details, work) {
  const controller = new AbortController();
  const stop = () => controller.abort(signal.reason);
  let stalled = false;
  let last = performance.now();
  // One timer that looks back, not one for every piece.
  const timer = setInterval(() => {
    if (performance.now() - last < timeout) return;
    stalled = true;
    controller.abort();
  }, Math.min(Math.max(timeout / 8, 1), LONGEST_TIMER));
  const alive = () => {
    last = performance.now();
  };
  const apart = async (promise) => {
    last = Infinity;
    try {
      return await promise;
    } finally {
      alive();
    }
  };
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  try {
    return await work(controller.signal, { alive, apart });
  } catch (error) {
    if (signal?.aborted) throw cancelled(signal);
    if (stalled) {
      throw new AdmissionError('stalled', `no byte of ${what} came for ${timeout} ms`, { ...details, cause: error });
    }
    throw error;
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', stop);
    controller.abort(); // ends what was not read to its end
  }
}
