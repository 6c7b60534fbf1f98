// Admits GGUF models from a bundle: fetched in chunks, verified as they arrive, active only when
// every byte is right. docs/admission.md is the reference.
import { AdmissionError, asAdmissionError, cancelled } from './errors.mjs';
import { BufferPool, download } from './download.mjs';
import { fetchManifest, planFor } from './manifest.mjs';
import { Model, ModelHeader } from './model.mjs';
import { createModule, MAX_OPEN, PAGE, WINDOW } from './module.mjs';
import { OpfsSink } from './opfs.mjs';
import { pause, unlessAborted } from './waiting.mjs';

export { AdmissionError, Model, ModelHeader };
export { removeStored, storedModels } from './opfs.mjs';

const HEALED_BY_RELOAD = new Set(['corrupt', 'length']);
const WORTH_A_RETRY = new Set(['corrupt', 'length', 'dropped', 'offline', 'stalled']);
const NOT_THERE = new Set(['http', 'content']);
const HEADER_ROLES = new Set(['header', 'tokenizer']);
const DEFAULTS = { parallel: 3, sink: 'memory', gzip: 'header', retries: 2, retryDelay: 250, stallTimeout: 30000 };

const isTransient = ({ code, status }) => WORTH_A_RETRY.has(code) || (code === 'http' && (status >= 500 || status === 429));

/** A function of the page's failed: no fault of the network or the file, and not worth a retry. */
const mistake = (name, error) => new AdmissionError('internal', `${name} failed: ${error?.message ?? error}`, { cause: error });

/** Bytes, rate and stage of a run, told to the page. */
class Progress {
  #tell;
  #start = performance.now();
  #fetched = 0;

  constructor(tell, total) {
    this.#tell = tell ?? (() => {});
    this.total = total;
    this.received = 0;
    this.verified = 0;
    this.resumed = 0;
  }

  bytes(index, size, received, count) {
    this.#fetched += count;
    this.received += count;
    this.report('receiving', { index, size, received, state: 'receiving' });
  }

  report(stage, chunk) {
    const seconds = (performance.now() - this.#start) / 1000;
    try {
      this.#tell({
        stage,
        total: this.total,
        received: this.received,
        verified: this.verified,
        resumed: this.resumed,
        rate: seconds > 0 ? this.#fetched / seconds : 0,
        ...(chunk && { chunk }),
      });
    } catch (error) {
      throw mistake('onProgress', error);
    }
  }
}

/** One run from plan to active model. */
class Run {
  constructor(host, module, plan, options, signal) {
    this.host = host;
    this.module = module;
    this.plan = plan;
    this.options = options;
    this.pool = new BufferPool();
    this.controller = new AbortController();
    this.signal = this.controller.signal;
    this.outside = signal;
    this.progress = new Progress(options.onProgress, plan.size);
    this.chunks = plan.chunks.slice(plan.first, plan.first + plan.count);
    this.done = new Set();
  }

  async start() {
    const { sink, parallel } = this.options;
    const stop = () => this.controller.abort(this.outside.reason);
    if (this.outside?.aborted) throw cancelled(this.outside);
    this.outside?.addEventListener('abort', stop);
    try {
      this.begin(sink === 'opfs');
      if (sink === 'opfs') await this.resume();
      const { headerChunks } = this.module.progress(this.session);
      const missing = this.chunks.map((_, i) => i).filter((i) => !this.done.has(i));
      await this.receive(missing.filter((i) => i < headerChunks), parallel);
      if (!this.headerTold) await this.header();
      await this.receive(missing.filter((i) => i >= headerChunks), parallel);
      return await this.finish();
    } catch (error) {
      throw this.outside?.aborted ? cancelled(this.outside) : error;
    } finally {
      this.controller.abort();
      this.outside?.removeEventListener('abort', stop);
      await this.sink?.close();
      this.pool.clear();
      if (this.session !== this.module.active()) this.giveUp();
    }
  }

  async header() {
    this.module.call('header', this.session);
    this.headerTold = true;
    this.kept = this.module.progress(this.session).kept;
    const header = new ModelHeader(this.module, this.session, this.plan.file, this.kept);
    try {
      await unlessAborted(this.options.onHeader?.(header), this.signal);
    } catch (error) {
      throw mistake('onHeader', error);
    }
  }

  /** What the module finds wrong with the table is wrong with the manifest. */
  begin(byHost) {
    try {
      this.session = this.module.begin({ ...this.plan, byHost });
    } catch (error) {
      if (!['manifest', 'digest', 'range', 'argument'].includes(error.status)) throw error;
      throw new AdmissionError('manifest', `manifest: ${error.message}`, { cause: error, status: error.status });
    }
  }

  giveUp() {
    if (!this.session) return;
    try {
      this.module.call('cancel', this.session);
    } catch {
      // there is nothing left to cancel
    }
  }

  /** Chunks of an interrupted run are read back and verified like any others. */
  async resume() {
    this.sink = new OpfsSink(this.plan.key, this.options.workerUrl);
    const complete = await unlessAborted(this.sink.open(this.plan.size, this.chunks.length), this.signal);
    let buffer = complete.length > 0 ? this.pool.take() : undefined;
    for (const index of complete) {
      const entry = this.chunks[index];
      const handle = this.module.open(this.session, index);
      for (let at = 0; at < entry.size; at += WINDOW) {
        const length = Math.min(WINDOW, entry.size - at);
        const read = await unlessAborted(this.sink.read(entry.offset + at, buffer, length), this.signal);
        buffer = read.buffer;
        if (read.got < length) break;
        this.module.append(handle, new Uint8Array(buffer, 0, length));
      }
      try {
        this.module.close(handle);
      } catch (error) {
        if (error.status !== 'digest' && error.status !== 'truncated') throw error;
        await unlessAborted(this.sink.mark(index, false), this.signal);
        continue;
      }
      this.accept(index);
      this.progress.resumed += entry.size;
      this.progress.received += entry.size;
      this.progress.report('resuming', { index, size: entry.size, received: entry.size, state: 'verified' });
      if (!this.headerTold && this.module.progress(this.session).headerVerified) await this.header();
    }
    if (buffer) this.pool.give(buffer);
  }

  accept(index) {
    this.done.add(index);
    this.progress.verified += this.chunks[index].size;
  }

  /** Fetches `indices` in order, `parallel` at a time; the first failure ends them all. */
  async receive(indices, parallel) {
    const queue = [...indices];
    let failure;
    const lane = async () => {
      while (queue.length > 0 && !failure) {
        try {
          await this.chunk(queue.shift());
        } catch (error) {
          failure ??= error;
          this.controller.abort();
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallel, queue.length) }, lane));
    if (failure) throw failure;
  }

  /** One chunk, again and again until it is right or hopeless. */
  async chunk(index) {
    const { retries, retryDelay } = this.options;
    const { size } = this.chunks[index];
    let variant = this.variantOf(index);
    let reload = false;
    let attempt = 0;
    for (;;) {
      if (this.signal.aborted) throw cancelled(this.outside);
      try {
        await this.attempt(index, variant, reload);
        return;
      } catch (error) {
        const hopeless = variant ? !isTransient(error) && !NOT_THERE.has(error.code) : !isTransient(error) || attempt >= retries;
        if (this.signal.aborted || hopeless) throw error;
        this.progress.report('receiving', { index, size, received: 0, state: 'retrying', error });
        await pause(retryDelay * 2 ** attempt, this.signal);
        // The plain chunk is all that a bundle has to have: going on with it is no retry.
        if (!variant) attempt++;
        reload = !variant && HEALED_BY_RELOAD.has(error.code);
        variant = undefined;
      }
    }
  }

  /** What comes out of a variant is held until it is collected: header chunks only, unless all are asked for. */
  variantOf(index) {
    const { gzip } = this.options;
    const { role, gzip: variant } = this.chunks[index];
    if (!gzip || typeof DecompressionStream === 'undefined') return undefined;
    return gzip !== 'header' || HEADER_ROLES.has(role) ? variant : undefined;
  }

  async attempt(index, variant, reload) {
    const entry = this.chunks[index];
    const url = new URL((variant ?? entry).path, this.options.base).href;
    const handle = this.module.open(this.session, index);
    let open = true;
    let received = 0;
    try {
      await download(entry, index, {
        url,
        variant,
        cache: reload ? 'reload' : 'default',
        signal: this.signal,
        timeout: this.options.stallTimeout,
        pool: this.pool,
        append: (piece) => this.module.append(handle, piece),
        store: this.sink && ((offset, piece, room) => this.store(offset, piece, room)),
        onBytes: (count) => {
          received += count;
          this.progress.bytes(index, entry.size, received, count);
        },
      });
      open = false;
      this.close(handle, index, url);
    } catch (error) {
      this.progress.received -= received;
      if (open) this.abandon(handle);
      throw error;
    }
    await unlessAborted(this.sink?.mark(index, true), this.signal);
    this.accept(index);
    this.progress.report('receiving', { index, size: entry.size, received, state: 'verified' });
  }

  close(handle, index, url) {
    try {
      this.module.close(handle);
    } catch (error) {
      if (error.status !== 'digest') throw error;
      throw new AdmissionError('corrupt', error.message, { cause: error, chunk: index, url, status: error.status });
    }
  }

  abandon(handle) {
    try {
      this.module.close(handle);
    } catch {
      // closing early is how a chunk is given up
    }
  }

  /** A buffer that the stream filled travels to the worker and back; other pieces are copied into one that does. */
  async store(offset, piece, room) {
    if (room.lend) {
      const { length } = piece; // 0 once its buffer is away
      room.giveBack(await this.write(offset, room.lend(), length, room.giveBack));
      return;
    }
    let buffer = this.pool.take();
    for (let at = 0; at < piece.length; at += WINDOW) {
      const part = piece.subarray(at, at + WINDOW);
      new Uint8Array(buffer).set(part);
      buffer = await this.write(offset + at, buffer, part.length, (lost) => this.pool.give(lost));
    }
    this.pool.give(buffer);
  }

  async write(offset, buffer, length, onFailure) {
    try {
      return await unlessAborted(this.sink.write(offset, buffer, length), this.signal);
    } catch (error) {
      onFailure(error.buffer);
      throw error;
    }
  }

  async finish() {
    this.progress.report('finalizing');
    this.module.call('finalize', this.session);
    let stored;
    if (this.sink) {
      await this.sink.close();
      stored = await this.sink.file();
    }
    this.progress.report('active'); // the last that can fail
    if (this.signal.aborted) throw cancelled(this.outside);
    this.module.call('activate', this.session);
    return new Model(this.module, this.session, this.plan.file, this.kept, stored);
  }
}

function manifestAddress(url) {
  try {
    return new URL(url, globalThis.location?.href);
  } catch (error) {
    throw new AdmissionError('state', `'${url}' is not the URL of a manifest`, { cause: error });
  }
}

/** `options`, and the defaults of what is not given. */
function settingsOf(options) {
  const settings = { ...options };
  for (const [name, value] of Object.entries(DEFAULTS)) {
    settings[name] ??= value;
    if (typeof value === 'number' && !(settings[name] >= 0)) {
      throw new AdmissionError('range', `${name} is ${settings[name]}; it must be a number from 0 on`);
    }
  }
  if (settings.sink !== 'memory' && settings.sink !== 'opfs') {
    throw new AdmissionError('state', `there is no sink '${settings.sink}'`);
  }
  settings.parallel = Math.max(1, Math.min(MAX_OPEN, Math.trunc(settings.parallel)));
  return settings;
}

/** A place for one active model: a WebAssembly module with its memory. */
export class Host {
  #module;
  #model = null;
  #run = null;
  #peak = 0;

  constructor(module) {
    this.#module = module;
  }

  /** The active model, or null. */
  get active() {
    return this.#model && this.#module.active() === this.#model.handle ? this.#model : null;
  }

  /** Bytes of linear memory and of buffers now, and the most that buffers took. */
  get memory() {
    return {
      linear: this.#module.memory.buffer.byteLength,
      buffers: this.#run?.pool.size ?? 0,
      buffersPeak: Math.max(this.#peak, this.#run?.pool.peak ?? 0),
      base: this.#module.base,
      page: PAGE,
      window: WINDOW,
    };
  }

  /** The linear memory, for a runtime that is to read tensors in place. */
  get linearMemory() {
    return this.#module.memory;
  }

  /** Admits the model of a bundle; the model that is active stays until then, and if it fails. */
  async admit(manifestUrl, options = {}) {
    if (this.#run) throw new AdmissionError('state', 'this host is admitting a model already');
    const { signal } = options;
    const settings = { ...settingsOf(options), base: manifestAddress(manifestUrl) };
    this.#run = { pool: new BufferPool() };
    try {
      if (signal?.aborted) throw cancelled(signal);
      new Progress(options.onProgress, 0).report('manifest');
      const manifest = await fetchManifest(settings.base, settings);
      this.#run = new Run(this, this.#module, planFor(manifest, options.file), settings, signal);
      this.#model = await this.#run.start();
      return this.#model;
    } catch (error) {
      if (signal?.aborted) throw cancelled(signal);
      throw asAdmissionError(error, 'internal', `unexpected: ${error.message}`);
    } finally {
      this.#peak = Math.max(this.#peak, this.#run.pool.peak);
      this.#run = null;
    }
  }
}

/** A host around a fresh module. `module`: a WebAssembly.Module, its bytes or its URL. */
export async function createHost(options = {}) {
  const { signal } = options;
  const { stallTimeout } = settingsOf(options);
  return new Host(await unlessAborted(createModule(options.module, { signal, stallTimeout }), signal));
}

/** Admits the model of the bundle at `manifestUrl` into `options.host`, or into a host of its own. */
export async function admit(manifestUrl, options = {}) {
  const host = options.host ?? (await createHost(options));
  return host.admit(manifestUrl, options);
}
