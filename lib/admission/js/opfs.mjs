// The OPFS sink: the model is a file of the origin, and what was verified survives a closed tab.
import { AdmissionError } from './errors.mjs';
import { pause } from './waiting.mjs';

const FOLDER = 'gguf-admission';
const PATIENCE = 1000; // ms for a worker to let go of the file

/** What the file system, or a worker that used it, said. */
function translate(cause) {
  if (cause instanceof AdmissionError) return cause;
  const { name, message } = cause;
  if (name === 'QuotaExceededError') return new AdmissionError('quota', 'the browser gives no more storage to this site', { cause });
  if (name === 'NoModificationAllowedError') {
    return new AdmissionError('busy', 'another page is receiving this model', { cause });
  }
  return new AdmissionError('storage', `the model could not be stored: ${message}`, { cause });
}

function requireStorage() {
  if (globalThis.navigator?.storage?.getDirectory) return;
  throw new AdmissionError('unsupported', 'this environment has no origin private file system');
}

function startWorker(url) {
  try {
    return new Worker(url, { type: 'module' });
  } catch (cause) {
    throw new AdmissionError('unsupported', `no storage worker can be started from ${url}; workerUrl may name one of this origin`, { url, cause });
  }
}

export class OpfsSink {
  #worker;
  #waiting = new Map();
  #next = 1;
  #key;
  #opened = false;
  #closed = false;
  #broken;

  constructor(key, workerUrl) {
    requireStorage();
    this.#key = key;
    this.#worker = startWorker(workerUrl ?? new URL('opfs-worker.mjs', import.meta.url));
    this.#worker.onmessage = ({ data: { id, result, error, buffer } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(Object.assign(translate(new DOMException(error.message, error.name)), { buffer }));
      else resolve(result);
    };
    this.#worker.onerror = (event) => {
      this.#broken = new AdmissionError('storage', `the storage worker failed: ${event.message ?? 'it could not be loaded'}`);
      for (const { reject } of this.#waiting.values()) reject(this.#broken);
      this.#waiting.clear();
    };
  }

  #ask(operation, parameters, transfer = []) {
    if (this.#broken) return Promise.reject(this.#broken);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, operation, parameters }, transfer);
    });
  }

  /** Opens or makes the file; resolves to the indices of the chunks that an earlier run completed. */
  async open(size, chunks) {
    const { bits } = await this.#ask('open', { key: this.#key, size, chunks });
    this.#opened = true;
    return Array.from({ length: chunks }, (_, i) => i).filter((i) => bits[i >> 3] & (1 << (i & 7)));
  }

  /** Stores `length` bytes of `buffer`, which travels to the worker and back. */
  async write(offset, buffer, length) {
    return (await this.#ask('write', { offset, buffer, length }, [buffer])).buffer;
  }

  async read(offset, buffer, length) {
    return this.#ask('read', { offset, buffer, length }, [buffer]);
  }

  async mark(index, complete) {
    await this.#ask('mark', { index, complete });
  }

  /** Lets go of the file, so that the next run can have it. Never fails; may be called again. */
  async close() {
    if (this.#closed) return;
    this.#closed = true;
    // A worker that has not opened the file may never answer, nor one that is ill; what it has ends with it.
    if (this.#opened) await Promise.race([this.#ask('close', {}).catch(() => {}), pause(PATIENCE)]);
    this.#worker.terminate();
  }

  /** The stored model. */
  async file() {
    return inFolder(async (folder) => (await folder.getFileHandle(`${this.#key}.gguf`)).getFile());
  }
}

/** What `work` makes of the folder; another tab may remove at any moment what is in it. */
async function inFolder(work) {
  requireStorage();
  try {
    const root = await navigator.storage.getDirectory();
    return await work(await root.getDirectoryHandle(FOLDER, { create: true }));
  } catch (error) {
    throw translate(error);
  }
}

/** What is stored for this origin: key and size in bytes of every model, complete or not. */
export async function storedModels() {
  return inFolder(async (folder) => {
    const models = [];
    for await (const [name, entry] of folder.entries()) {
      if (name.endsWith('.gguf')) models.push({ key: name.slice(0, -5), size: (await entry.getFile()).size });
    }
    return models;
  });
}

/** Deletes a stored model, or all of them. */
export async function removeStored(key) {
  const models = key === undefined ? await storedModels() : [{ key }];
  await inFolder(async (folder) => {
    for (const name of models.flatMap((model) => [`${model.key}.state`, `${model.key}.gguf`])) {
      await folder.removeEntry(name).catch((error) => {
        if (error.name !== 'NotFoundError') throw error;
      });
    }
  });
}
