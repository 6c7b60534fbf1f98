// The WebAssembly module: calls, statuses, and copies in and out of its memory. No view and no
// address outlives a call, because memory that grows detaches every view.
import { fetchBytes } from './bytes.mjs';
import { AdmissionError, asAdmissionError } from './errors.mjs';

export const WINDOW = 1048576;
export const MAX_CHUNKS = 16384;
export const MAX_OPEN = 8;
export const PAGE = 65536;
const MAX_MODULE = 16777216; // far more than it has

const TYPES = ['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'f32', 'bool', 'string', 'array', 'u64', 'i64', 'f64'];
const TOKEN_TYPES = ['undefined', 'normal', 'unknown', 'control', 'user_defined', 'unused', 'byte'];
const TOKENIZER_KINDS = ['other', 'sentencepiece', 'byte-bpe', 'wordpiece', 'rwkv'];
const ABSENT = 2n ** 64n - 1n;

const text = new TextDecoder('utf-8', { ignoreBOM: true }); // a BOM is a part of the text
const bytes = new TextEncoder();

/** The codes of AdmissionError for the statuses of the module. */
const CODES = {
  memory: 'memory',
  argument: 'state',
  state: 'state',
  handle: 'state',
  digest: 'corrupt',
  manifest: 'manifest',
  'not-found': 'not-found',
  ambiguous: 'not-found',
  range: 'range',
};

const compiled = new Map();

async function compile(url, settings) {
  if (url.protocol === 'file:') {
    const { readFile } = await import('node:fs/promises');
    return WebAssembly.compile(await readFile(url));
  }
  try {
    return await WebAssembly.compile(await fetchBytes(url, { limit: MAX_MODULE, tooLong: 'module', cache: 'default', ...settings }));
  } catch (error) {
    if (error.code !== 'http') throw error;
    throw new AdmissionError('module', error.message, { url, status: error.status, cause: error });
  }
}

/** What is at `url`; compiled once, when it has come. */
async function compiledAt(url, settings) {
  const known = compiled.get(url.href);
  if (known) return known;
  const module = await compile(url, settings);
  compiled.set(url.href, module);
  return module;
}

/** A fresh module from `source`: a WebAssembly.Module, its bytes, its URL, or nothing for the one beside this file. */
export async function createModule(source = 'gguf-admission.wasm', settings = {}) {
  const located = typeof source === 'string' || source instanceof URL;
  try {
    let module = source;
    if (located) module = await compiledAt(new URL(source, import.meta.url), settings);
    else if (!(source instanceof WebAssembly.Module)) module = await WebAssembly.compile(source);
    return new Module(await WebAssembly.instantiate(module));
  } catch (error) {
    const name = located ? source : 'what was given as the module';
    throw asAdmissionError(error, 'module', `${name} cannot be used: ${error.message}`, { url: located ? source : undefined });
  }
}

const number = (value) => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value);
const address = (value) => (typeof value === 'bigint' ? Number(value) : value >>> 0);

function doubleOf(bits) {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

/** `value` if it is an index: the module would take another number for one of 32 bits. */
function checkedIndex(value, what) {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
  throw new AdmissionError('not-found', `no ${what} ${value}`);
}

/** A scalar of metadata from its 64 bits: a number, or a bigint where a number would not be exact. */
function scalar(type, bits) {
  if (type === 'f32' || type === 'f64') return doubleOf(bits);
  if (type === 'bool') return bits !== 0n;
  if (type.startsWith('i')) {
    const value = BigInt.asIntN(64, bits);
    return value >= -BigInt(Number.MAX_SAFE_INTEGER) ? number(value) : value;
  }
  return number(bits);
}

export class Module {
  #exports;
  #window;
  #answer;

  constructor(instance) {
    this.#exports = instance.exports;
    this.#window = address(instance.exports.window());
    this.#answer = address(instance.exports.answer());
    this.base = address(instance.exports.base());
    instance.exports.seed(...crypto.getRandomValues(new BigUint64Array(2)));
  }

  get memory() {
    return this.#exports.memory;
  }

  /** A view of `size` bytes at `at`, good until the next call. */
  view(at, size) {
    return new Uint8Array(this.memory.buffer, at, size);
  }

  #answers() {
    return new BigUint64Array(this.memory.buffer, this.#answer, 16);
  }

  #text(at, size) {
    return text.decode(this.view(Number(at), Number(size)));
  }

  /** Calls an export and returns its answer; a status other than OK is thrown. */
  call(name, ...args) {
    const status = this.#exports[name](...args);
    if (status === 0) return this.#answers();
    this.#exports.status_name(status);
    const [nameAt, nameSize] = this.#answers();
    const statusName = this.#text(nameAt, nameSize);
    this.#exports.failure();
    const [, textAt, textSize] = this.#answers();
    throw new AdmissionError(CODES[statusName] ?? 'format', this.#text(textAt, textSize), { status: statusName });
  }

  /** Begins a session for `plan`: size, headerSize, byHost, chunks, first, count, chunksSha256. */
  begin(plan) {
    const { chunks } = plan;
    if (chunks.length > MAX_CHUNKS) {
      throw new AdmissionError('range', `${chunks.length} chunks; at most ${MAX_CHUNKS} can be admitted`, { status: 'range' });
    }
    const view = new DataView(this.memory.buffer, this.#window, WINDOW);
    const head = [plan.size, plan.headerSize, plan.byHost ? 1 : 0, chunks.length, plan.first, plan.count];
    head.forEach((value, i) => view.setBigUint64(8 * i, BigInt(value), true));
    const window = this.view(this.#window, WINDOW);
    window.set(plan.chunksSha256, 48);
    chunks.forEach((chunk, i) => {
      view.setBigUint64(80 + 48 * i, BigInt(chunk.offset), true);
      view.setBigUint64(88 + 48 * i, BigInt(chunk.size), true);
      window.set(chunk.sha256, 96 + 48 * i);
    });
    return Number(this.call('begin')[0]);
  }

  open(session, index) {
    return Number(this.call('chunk_open', session, index)[0]);
  }

  /** Appends `data` of any size, window by window. Nothing is awaited between copy and call. */
  append(chunk, data) {
    for (let at = 0; at < data.length; at += WINDOW) {
      const part = data.subarray(at, at + WINDOW);
      this.view(this.#window, part.length).set(part);
      this.call('append', chunk, part.length);
    }
  }

  close(chunk) {
    this.call('chunk_close', chunk);
  }

  progress(session) {
    const [state, size, verified, chunks, accepted, open, headerChunks, headerVerified, kept] =
      Array.from(this.call('progress', session), Number);
    return {
      state: ['idle', 'receiving', 'ready', 'failed'][state],
      size, verified, chunks, accepted, open, headerChunks, headerVerified: headerVerified !== 0, kept,
    };
  }

  active() {
    return Number(this.call('active')[0]);
  }

  file(handle) {
    const [version, bigEndian, alignment, entries, tensors, dataOffset, infoEnd, dataEnd] =
      Array.from(this.call('file', handle), Number);
    return { version, byteOrder: bigEndian ? 'big' : 'little', alignment, entries, tensors, dataOffset, infoEnd, dataEnd };
  }

  /** Where all bytes of an active model are. */
  data(handle) {
    const [at, size] = Array.from(this.call('data', handle), Number);
    return { at, size };
  }

  /** Entry number `index`: key and type; value of scalars and strings, itemType and count of arrays. */
  entry(handle, index) {
    const [type, keyAt, keySize, third, fourth] = this.call('entry', handle, index);
    const entry = { index, key: this.#text(keyAt, keySize), type: TYPES[Number(type)] };
    if (entry.type === 'string') {
      entry.value = this.#text(third, fourth);
    } else if (entry.type === 'array') {
      entry.itemType = TYPES[Number(third)];
      entry.count = number(fourth);
    } else {
      entry.value = scalar(entry.type, third);
    }
    return entry;
  }

  #find(handle, name, tensor) {
    const encoded = bytes.encode(name);
    if (encoded.length >= WINDOW) throw new AdmissionError('not-found', 'no such name');
    this.view(this.#window, encoded.length).set(encoded);
    return Number(this.call('find', handle, encoded.length, tensor ? 1 : 0)[0]);
  }

  findEntry(handle, key) {
    return this.#find(handle, key, false);
  }

  findTensor(handle, name) {
    return this.#find(handle, name, true);
  }

  /** Up to `count` elements of the array in entry number `entry`, from number `from` on. */
  elements(handle, entry, from, count) {
    const { itemType } = this.entry(handle, checkedIndex(entry, 'metadata entry'));
    const result = [];
    while (result.length < count) {
      const [got, size] = Array.from(this.call('elements', handle, entry, checkedIndex(from + result.length, 'element')), Number);
      if (got === 0) break;
      const reader = { view: new DataView(this.memory.buffer, this.#window, size), at: 0 };
      for (let i = 0; i < got && result.length < count; i++) result.push(this.#unpack(reader, itemType));
    }
    return result;
  }

  #unpack(reader, type) {
    const next = () => {
      const value = reader.view.getBigUint64(reader.at, true);
      reader.at += 8;
      return value;
    };
    if (type === 'string') {
      const size = Number(next());
      const value = this.#text(this.#window + reader.at, size);
      reader.at += size;
      return value;
    }
    if (type === 'array') {
      const itemType = TYPES[Number(next())];
      const items = [];
      for (let left = next(); left > 0n; left--) items.push(this.#unpack(reader, itemType));
      return items;
    }
    return scalar(type, next());
  }

  /** Tensor number `index`; `at` is where its bytes are in the memory, 0 when they are not. */
  tensor(handle, index) {
    const [nameAt, nameSize, typeId, typeAt, typeSize, dimCount, d0, d1, d2, d3, offset, size, known, at] =
      this.call('tensor', handle, index);
    return {
      index,
      name: this.#text(nameAt, nameSize),
      type: this.#text(typeAt, typeSize) || `type ${typeId}`,
      dims: [d0, d1, d2, d3].slice(0, Number(dimCount)).map(number),
      offset: number(offset),
      size: known ? number(size) : null,
      at: Number(at),
    };
  }

  tokenizer(handle) {
    const special = {};
    let count = 0;
    let kind = 0;
    for (let which = 0; ; which++) {
      const [tokens, style, id, nameAt, nameSize] = this.call('tokenizer', handle, which);
      count = Number(tokens);
      kind = Number(style);
      if (nameAt === 0n) break;
      if (id !== ABSENT) special[this.#text(nameAt, nameSize)] = Number(id);
    }
    return { count, kind: TOKENIZER_KINDS[kind], special };
  }

  token(handle, id, display) {
    const [size, type, score] = this.call('token', handle, checkedIndex(id, 'token'), display ? 1 : 0);
    return {
      id,
      bytes: this.view(this.#window, Number(size)).slice(),
      text: this.#text(this.#window, size),
      type: TOKEN_TYPES[Number(type)],
      score: doubleOf(score),
    };
  }

  findToken(handle, string, display) {
    const encoded = bytes.encode(string);
    this.view(this.#window, Math.min(encoded.length, WINDOW)).set(encoded.subarray(0, WINDOW));
    return Number(this.call('token_find', handle, encoded.length, display ? 1 : 0)[0]);
  }
}
