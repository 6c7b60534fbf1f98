// The module's bare exports under a host that breaks every rule.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import path from 'node:path';

import { makeBundle, sha256 } from './bundle.mjs';
import { makeModel } from './models.mjs';

const bytes = readFileSync(path.join(process.env.GGUF_BUILD, 'loader', 'gguf-admission', 'gguf-admission.wasm'));
const compiled = new WebAssembly.Module(bytes);
const WINDOW = 1048576;
const STATUS = { ok: 0, argument: 1, range: 9, notFound: 6 };

class Raw {
  constructor() {
    this.exports = new WebAssembly.Instance(compiled).exports;
  }

  get memory() {
    return this.exports.memory.buffer;
  }

  answer(i) {
    return Number(new BigUint64Array(this.memory, this.exports.answer(), 16)[i]);
  }

  /** The identifier of a status; what the call that returned it answered stays. */
  name(status) {
    const answers = new BigUint64Array(this.memory, this.exports.answer(), 16);
    const kept = answers.slice();
    this.exports.status_name(status);
    const name = Buffer.from(this.memory, this.answer(0), this.answer(1)).toString();
    answers.set(kept);
    return name;
  }

  plan({ size, headerSize, store = 0, chunkCount, first = 0, count, digest, chunks }) {
    const view = new DataView(this.memory, this.exports.window(), WINDOW);
    [size, headerSize, store, chunkCount, first, count].forEach((value, i) => view.setBigUint64(8 * i, BigInt(value), true));
    Buffer.from(this.memory, this.exports.window() + 48, 32).set(digest);
    chunks.forEach((chunk, i) => {
      view.setBigUint64(80 + 48 * i, BigInt(chunk.offset), true);
      view.setBigUint64(88 + 48 * i, BigInt(chunk.size), true);
      Buffer.from(this.memory, this.exports.window() + 96 + 48 * i, 32).set(chunk.sha256);
    });
    return this.name(this.exports.begin());
  }

  append(chunk, data) {
    Buffer.from(this.memory, this.exports.window(), data.length).set(data);
    return this.name(this.exports.append(chunk, data.length));
  }
}

function example() {
  const bundle = makeBundle(makeModel({ tensors: { a: [100], b: [200] } }), { chunkSize: 700, headerChunks: 2 });
  const chunks = bundle.chunks.map(({ offset, size, sha256: hex }) => ({ offset, size, sha256: Buffer.from(hex, 'hex') }));
  const model = bundle.model;
  return {
    model,
    plan: {
      size: model.bytes.length, headerSize: model.dataOffset, chunkCount: chunks.length, count: chunks.length,
      digest: sha256(Buffer.concat(chunks.map((chunk) => chunk.sha256))), chunks,
    },
  };
}

function admitRaw(raw, { model, plan }) {
  assert.equal(raw.plan(plan), 'ok');
  const session = raw.answer(0);
  plan.chunks.forEach((chunk, i) => {
    assert.equal(raw.exports.chunk_open(session, i), STATUS.ok);
    const handle = raw.answer(0);
    assert.equal(raw.append(handle, model.bytes.subarray(chunk.offset, chunk.offset + chunk.size)), 'ok');
    assert.equal(raw.exports.chunk_close(handle), STATUS.ok);
  });
  return session;
}

test('it imports nothing and is below 64 KiB', () => {
  assert.deepEqual(WebAssembly.Module.imports(compiled), []);
  assert.ok(bytes.length <= 65536, `${bytes.length} bytes`);
});

const hostile = {
  'no chunks': [{ chunkCount: 0, count: 0 }, 'range'],
  'a million chunks': [{ chunkCount: 1000000, count: 1000000 }, 'range'],
  '2^64 - 1 chunks': [{ chunkCount: 2n ** 64n - 1n, count: 2n ** 64n - 1n }, 'range'],
  'a count beyond the table': [{ count: 5000 }, 'manifest'],
  'a first chunk beyond the table': [{ first: 2n ** 33n }, 'manifest'],
  'a size that does not add up': [{ size: 12345 }, 'manifest'],
  'a size of 2^53': [{ size: 2n ** 53n }, 'range'],
  'a size of 2^64 - 1': [{ size: 2n ** 64n - 1n }, 'range'],
  'an empty header': [{ headerSize: 0 }, 'manifest'],
  'a header beyond the file': [{ headerSize: 2n ** 40n }, 'manifest'],
  'an unknown store': [{ store: 2 }, 'argument'],
  'a store beyond 32 bits': [{ store: 2n ** 32n }, 'argument'],
  'another digest of digests': [{ digest: Buffer.alloc(32) }, 'digest'],
};
for (const [what, [change, status]] of Object.entries(hostile)) {
  test(`begin with ${what} is refused and allocates nothing`, () => {
    const raw = new Raw();
    const { plan } = example();
    const before = raw.memory.byteLength;
    assert.equal(raw.plan({ ...plan, ...change }), status);
    assert.equal(raw.answer(0), 0);
    assert.equal(raw.memory.byteLength, before);
    raw.exports.failure();
    assert.ok(raw.answer(2) > 10);
    assert.equal(raw.plan(plan), 'ok');
  });
}

test('sizes of a chunk that overflow are refused', () => {
  const raw = new Raw();
  const { plan } = example();
  for (const [i, field, value] of [[1, 'size', 2n ** 64n - 1n], [1, 'size', 0], [1, 'offset', 0], [2, 'offset', 2n ** 53n], [0, 'size', 134217729]]) {
    const chunks = plan.chunks.map((chunk, at) => (at === i ? { ...chunk, [field]: value } : chunk));
    assert.match(raw.plan({ ...plan, chunks }), /^(range|manifest)$/);
  }
});

test('a model that does not fit the address space is out of memory, and the next one fits', () => {
  const raw = new Raw();
  const small = example();
  const chunks = Array.from({ length: 30 }, (_, i) => ({ offset: i * 134217728, size: 134217728, sha256: Buffer.alloc(32) }));
  const digest = sha256(Buffer.alloc(32 * 30));
  const plan = { size: 30 * 134217728, headerSize: 100, chunkCount: 30, count: 30, digest, chunks };
  assert.equal(raw.plan(plan), 'memory');
  assert.equal(raw.plan({ ...plan, store: 1 }), 'ok'); // the host stores it: only a chunk is kept
  assert.equal(raw.exports.cancel(raw.answer(0)), STATUS.ok);
  admitRaw(raw, small);
});

test('forged, stale and twice closed handles are statuses', () => {
  const raw = new Raw();
  const { plan } = example();
  for (const forged of [0, 1, 9, 0xffffffff, -1, 0x80000000]) {
    for (const call of ['chunk_close', 'header', 'finalize', 'activate', 'cancel', 'release', 'progress', 'file', 'data']) {
      assert.equal(raw.name(raw.exports[call](forged)), 'handle', `${call}(${forged})`);
    }
    assert.equal(raw.name(raw.exports.append(forged, 1)), 'handle');
    assert.equal(raw.name(raw.exports.chunk_open(forged, 0)), 'handle');
    assert.equal(raw.name(raw.exports.entry(forged, 0)), 'handle');
    assert.equal(raw.name(raw.exports.elements(forged, 0, 0)), 'handle');
    assert.equal(raw.name(raw.exports.tensor(forged, 0)), 'handle');
    assert.equal(raw.name(raw.exports.find(forged, 1, 0)), 'handle');
    assert.equal(raw.name(raw.exports.token(forged, 0, 0)), 'handle');
    assert.equal(raw.name(raw.exports.tokenizer(forged, 0)), 'handle');
    assert.equal(raw.name(raw.exports.token_find(forged, 0, 0)), 'handle');
  }
  assert.equal(raw.plan(plan), 'ok');
  const session = raw.answer(0);
  assert.equal(raw.exports.chunk_open(session, 0), STATUS.ok);
  const first = raw.answer(0);
  assert.equal(raw.name(raw.exports.chunk_close(first)), 'truncated');
  assert.equal(raw.name(raw.exports.chunk_close(first)), 'handle');
  assert.equal(raw.exports.chunk_open(session, 0), STATUS.ok);
  assert.notEqual(raw.answer(0), first);
  assert.equal(raw.append(first, Buffer.from('x')), 'handle');
  assert.equal(raw.name(raw.exports.begin()), 'state');
  assert.equal(raw.name(raw.exports.finalize(session)), 'state');
  assert.equal(raw.name(raw.exports.activate(session)), 'state');
  assert.equal(raw.name(raw.exports.file(session)), 'handle');
});

test('an append past the end of a chunk or of the window takes nothing', () => {
  const raw = new Raw();
  const { model, plan } = example();
  assert.equal(raw.plan(plan), 'ok');
  assert.equal(raw.exports.chunk_open(raw.answer(0), 2), STATUS.ok);
  const handle = raw.answer(0);
  const { offset, size } = plan.chunks[2];
  assert.equal(raw.append(handle, Buffer.alloc(size + 1)), 'range');
  for (const huge of [WINDOW + 1, 0x7fffffff, 0xffffffff]) assert.equal(raw.name(raw.exports.append(handle, huge)), 'range');
  assert.equal(raw.append(handle, model.bytes.subarray(offset, offset + size)), 'ok');
  assert.equal(raw.exports.chunk_close(handle), STATUS.ok);
});

test('indices beyond the model are not found', () => {
  const raw = new Raw();
  const session = admitRaw(raw, example());
  assert.equal(raw.exports.finalize(session), STATUS.ok);
  assert.equal(raw.exports.activate(session), STATUS.ok);
  for (const index of [1000, 0xffffffff]) {
    assert.equal(raw.name(raw.exports.entry(session, index)), 'not-found');
    assert.equal(raw.name(raw.exports.elements(session, index, 0)), 'not-found');
    assert.equal(raw.name(raw.exports.tensor(session, index)), 'not-found');
    assert.equal(raw.name(raw.exports.token(session, index, 1)), 'not-found');
    assert.equal(raw.name(raw.exports.find(session, index, 1)), 'not-found');
  }
  assert.equal(raw.exports.elements(session, 5, 0xffffffff), STATUS.ok);
  assert.equal(raw.answer(0), 0);
});

test('memory grows when a session begins and when its header is parsed, and at no other time', () => {
  const raw = new Raw();
  const tokens = Array.from({ length: 20000 }, (_, i) => `t${i}`);
  const source = { model: makeModel({ tensors: { a: [300000] }, tokens }) };
  const bundle = makeBundle(source.model, { chunkSize: 500000 });
  const chunks = bundle.chunks.map(({ offset, size, sha256: hex }) => ({ offset, size, sha256: Buffer.from(hex, 'hex') }));
  source.plan = {
    size: source.model.bytes.length, headerSize: source.model.dataOffset, chunkCount: chunks.length, count: chunks.length,
    digest: sha256(Buffer.concat(chunks.map((chunk) => chunk.sha256))), chunks,
  };
  const before = raw.memory.byteLength;
  assert.equal(raw.plan(source.plan), 'ok');
  const begun = raw.memory.byteLength;
  assert.ok(begun - before >= source.model.bytes.length - 65536 && begun - before <= source.model.bytes.length + 65536);
  raw.exports.cancel(raw.answer(0));
  const session = admitRaw(raw, source);
  assert.equal(raw.memory.byteLength, begun);
  assert.equal(raw.exports.header(session), STATUS.ok);
  const parsed = raw.memory.byteLength;
  assert.equal(raw.exports.finalize(session), STATUS.ok);
  assert.equal(raw.exports.activate(session), STATUS.ok);
  for (let i = 0; i < 6; i++) raw.exports.entry(session, i);
  raw.exports.elements(session, 5, 0);
  raw.exports.tensor(session, 0);
  for (const display of [0, 1]) {
    assert.equal(raw.exports.token(session, 19999, display), STATUS.ok);
    Buffer.from(raw.memory, raw.exports.window(), 2).set(Buffer.from('t7'));
    assert.equal(raw.exports.token_find(session, 2, display), STATUS.ok);
    assert.equal(raw.answer(0), 7);
  }
  assert.equal(raw.memory.byteLength, parsed);
  assert.ok(parsed - begun <= 4 * 20000 + 2 * 4 * 65536 + 65536);
});

test('a thousand cancelled sessions leave nothing behind', () => {
  const raw = new Raw();
  const { plan } = example();
  let size = 0;
  for (let i = 0; i < 1000; i++) {
    assert.equal(raw.plan(plan), 'ok');
    const session = raw.answer(0);
    raw.exports.chunk_open(session, i % plan.chunks.length);
    assert.equal(raw.exports.cancel(session), STATUS.ok);
    if (i === 0) size = raw.memory.byteLength;
  }
  assert.equal(raw.memory.byteLength, size);
});
