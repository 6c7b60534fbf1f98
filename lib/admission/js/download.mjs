// One chunk from the network into an open chunk of the module, through a buffer that is used again.
import { AdmissionError, asAdmissionError } from './errors.mjs';
import { WINDOW } from './module.mjs';
import { watched } from './waiting.mjs';

// An engine unpacks all of a piece at once: this many bytes become 16 MiB at most.
const PACKED_PIECE = 16384;

/** Buffers of one window each. There are never more than are in use at once. */
export class BufferPool {
  #free = [];
  #size = 0;
  peak = 0;

  take() {
    const buffer = this.#free.pop();
    if (!buffer) this.count(WINDOW);
    return buffer ?? new ArrayBuffer(WINDOW);
  }

  /** A buffer that went lost with a broken stream comes back as undefined. */
  give(buffer) {
    if (buffer?.byteLength === WINDOW) this.#free.push(buffer);
    else this.#size -= WINDOW;
  }

  /** Counts `bytes` of another's buffer; less than none when it is gone. */
  count(bytes) {
    this.#size += bytes;
    this.peak = Math.max(this.peak, this.#size);
  }

  /** Bytes of all buffers. */
  get size() {
    return this.#size;
  }

  clear() {
    this.#size -= this.#free.length * WINDOW;
    this.#free = [];
  }
}

function checkResponse(response, size, details) {
  const { url, chunk } = details;
  if (response.status !== 200) {
    throw new AdmissionError('http', `chunk ${chunk}: ${url} answered ${response.status}`, { ...details, status: response.status });
  }
  const type = response.headers.get('content-type') ?? '';
  if (/^\s*text\/html/i.test(type)) {
    throw new AdmissionError('content', `chunk ${chunk}: ${url} is a web page, not a chunk`, details);
  }
  const length = response.headers.get('content-length');
  if (length !== null && !response.headers.get('content-encoding') && Number(length) !== size) {
    throw new AdmissionError('length', `chunk ${chunk}: ${url} has ${length} bytes, the manifest says ${size}`, details);
  }
}

async function fetchResponse(url, cache, signal, details) {
  try {
    return await fetch(url, { signal, cache });
  } catch (error) {
    const online = globalThis.navigator?.onLine !== false;
    throw new AdmissionError('offline', `chunk ${details.chunk}: ${online ? `${url} could not be reached` : 'there is no network'}`, {
      ...details,
      cause: error,
    });
  }
}

/** The body in pieces of at most a window; each piece is good until the next is asked for. */
async function* pieces(body, pool, room, signal) {
  let reader;
  let byob = true;
  try {
    reader = body.getReader({ mode: 'byob' });
  } catch {
    reader = body.getReader();
    byob = false;
  }
  // Not every stream ends its reads when its fetch is aborted; a cancelled one does.
  const cancel = () => reader.cancel(signal.reason).catch(() => {});
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (byob) yield* filled(reader, pool, room);
  else yield* counted(reader, pool);
  if (signal.aborted) throw signal.reason;
}

/** Pieces in buffers of the stream's own, which are the engine's to collect. */
async function* counted(reader, pool) {
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const { byteLength } = part.value.buffer;
    pool.count(byteLength);
    try {
      yield part.value;
    } finally {
      pool.count(-byteLength);
    }
  }
}

/** Pieces in a buffer of the pool. Whoever needs the buffer itself borrows it through `room`. */
async function* filled(reader, pool, room) {
  let buffer = pool.take();
  try {
    for (;;) {
      // One byte more than there may be, so that a longer body is noticed.
      const view = new Uint8Array(buffer, 0, Math.min(WINDOW, room.left + 1));
      buffer = undefined; // the stream has it
      const { done, value } = await reader.read(view);
      buffer = value?.buffer;
      if (done) return;
      room.lend = () => {
        const lent = buffer;
        buffer = undefined;
        return lent;
      };
      room.giveBack = (returned) => {
        buffer = returned;
      };
      yield value;
      if (!buffer) throw new AdmissionError('state', 'a buffer was not given back');
    }
  } finally {
    pool.give(buffer);
  }
}

/** What is in a gzip file of `size` bytes, unpacked little by little as it is read. */
function unpacked(body, size, details) {
  let left = size;
  const cut = new TransformStream({
    transform(piece, controller) {
      left -= piece.length;
      if (left < 0) throw new AdmissionError('length', `chunk ${details.chunk}: ${details.url} has more than ${size} bytes`, details);
      for (let at = 0; at < piece.length; at += PACKED_PIECE) controller.enqueue(piece.subarray(at, at + PACKED_PIECE));
    },
  });
  return body.pipeThrough(cut).pipeThrough(new DecompressionStream('gzip'));
}

/**
 * Fetches one chunk from `url`, packed if it is a `variant`, and appends it to an open chunk by
 * `append`; what arrives is handed to `store` as well, if there is one. Its digest is for the caller to check.
 */
export async function download(entry, index, { url, variant, cache, signal, timeout, pool, append, store, onBytes }) {
  const details = { chunk: index, url };
  await watched(signal, timeout, `chunk ${index}`, details, async (inner, { alive, apart }) => {
    const response = await fetchResponse(url, cache, inner, details);
    checkResponse(response, (variant ?? entry).size, details);
    let { body } = response;
    // A server that says how it packed the file has had it unpacked by now.
    if (variant && !response.headers.get('content-encoding')) body = unpacked(body, variant.size, details);
    const room = { left: entry.size };
    // The last byte is kept back until the body has ended well: a chunk that is full can no longer be given up.
    let last;
    try {
      for await (const piece of pieces(body, pool, room, inner)) {
        alive();
        const { length } = piece; // 0 once its buffer is away
        if (length > room.left) {
          throw new AdmissionError('length', `chunk ${index}: ${url} has more than ${entry.size} bytes`, details);
        }
        const at = entry.size - room.left;
        room.left -= length;
        if (room.left === 0) last ??= Uint8Array.of(piece[length - 1]);
        append(last ? piece.subarray(0, -1) : piece);
        if (store) await apart(store(entry.offset + at, piece, room));
        onBytes(length);
      }
    } catch (error) {
      if (variant && error instanceof TypeError && !inner.aborted) {
        throw new AdmissionError('corrupt', `chunk ${index}: ${url} is not the gzip file it should be`, { ...details, cause: error });
      }
      throw asAdmissionError(error, 'dropped', `chunk ${index}: the connection broke off after ${entry.size - room.left} of ${entry.size} bytes`, details);
    }
    if (room.left > 0) {
      throw new AdmissionError('length', `chunk ${index}: ${url} ended after ${entry.size - room.left} of ${entry.size} bytes`, details);
    }
    append(last);
  });
}
