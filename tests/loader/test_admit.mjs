// The loader in Node: the memory sink against a server that misbehaves.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeBundle, packBundle, rewrite, sha256, signBundle } from './bundle.mjs';
import { makeModel, realModel, strings } from './models.mjs';
import { Server } from './server.mjs';
import { admit, admitted, createHost, expectCode, failure, quick, server, small } from './session.mjs';

for (const gzip of [false, true]) {
  for (const signed of [false, 'ed25519', 'ec']) {
    test(`a bundle is admitted whole, gzip ${gzip}, signed ${signed}`, async () => {
      const bundle = makeBundle(small(), { chunkSize: 3000, headerChunks: 3, gzip });
      const publicKey = signed ? signBundle(bundle, signed) : undefined;
      const model = await admit(server.serve(bundle), { ...quick, publicKey, gzip: true });
      assert.equal(admitted(model), bundle.manifest.files[0].sha256);
      assert.equal(model.tensorCount, 3);
      assert.equal(model.get('general.architecture'), 'llama');
      const asked = server.chunkRequests();
      assert.equal(asked.length, bundle.chunks.length);
      assert.equal(asked.every(({ path: requested }) => requested.endsWith('.gz')), gzip);
      model.release();
    });
  }
}

for (const [gzip, taken] of [[undefined, ['header', 'tokenizer']], ['header', ['header', 'tokenizer']], [true, ['header', 'tokenizer', 'tensors']], [false, []]]) {
  test(`with gzip ${gzip} the variants of ${taken.join(', ') || 'no chunk'} are fetched, and the pieces that come of them are counted`, async () => {
    const bundle = makeBundle(small(), { chunkSize: 3000, headerChunks: 3, gzip: true });
    const host = await createHost();
    await host.admit(server.serve(bundle), { ...quick, gzip });
    const asked = server.chunkRequests().map(({ path: requested }) => requested.slice(requested.indexOf('chunks/'))).sort();
    assert.deepEqual(asked, bundle.chunks.map((chunk) => (taken.includes(chunk.role) ? chunk.gzip.path : chunk.path)).sort());
    assert.ok(host.memory.buffersPeak > 0);
    assert.equal(host.memory.buffers, 0);
  });
}

test('what is read is what is in the file', async () => {
  const big = Buffer.alloc(8);
  big.writeBigUInt64LE(2n ** 64n - 2n);
  const nested = Buffer.concat([
    Buffer.from([9, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]), strings(['x', 'yz']), Buffer.from([0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9]),
  ]);
  const source = makeModel({
    tensors: { first: [64, 50], 'näme': [3] },
    tokens: ['<s>', '▁the', '<0x0A>'],
    extra: [
      ['test.i8', 1, Buffer.from([0xfe])], ['test.bool', 7, Buffer.from([1])], ['test.u64', 10, big], ['test.nested', 9, nested],
      ['test.f64', 12, Buffer.from(new Float64Array([Math.PI]).buffer)], ['test.i64', 11, big],
    ],
  });
  const model = await admit(server.serve(makeBundle(source)), quick);
  assert.deepEqual(
    model.metadata().map(({ key, type }) => [key, type]).slice(0, 6),
    [['general.architecture', 'string'], ['general.name', 'string'], ['llama.block_count', 'u32'], ['llama.rope.freq_base', 'f32'],
      ['tokenizer.ggml.model', 'string'], ['tokenizer.ggml.tokens', 'array']],
  );
  assert.equal(model.get('test.i8'), -2);
  assert.equal(model.get('test.bool'), true);
  assert.equal(model.get('test.u64'), 2n ** 64n - 2n);
  assert.equal(model.get('test.i64'), -2);
  assert.equal(model.get('test.f64'), Math.PI);
  assert.equal(model.get('llama.rope.freq_base'), Math.fround(0.1));
  assert.deepEqual(model.get('test.nested'), [['x', 'yz'], [7, 8, 9]]);
  assert.equal(model.get('no.such.key'), undefined);
  assert.deepEqual(model.array('tokenizer.ggml.tokens', 1, 1), ['▁the']);
  assert.deepEqual(model.tensorList().map(({ name, type, dims, size }) => [name, type, dims, size]), [
    ['first', 'F32', [64, 50], 12800], ['näme', 'F32', [3], 12],
  ]);
  const info = model.tensorInfo('first');
  assert.deepEqual(Buffer.from(model.tensor('first')), source.bytes.subarray(info.offset, info.offset + info.size));
  assert.equal(model.address('first').address % 32, 0);
  assert.equal(model.tokenizer().count, 3);
  assert.equal(model.token(1).text, ' the');
  assert.equal(model.token(1, { raw: true }).text, '▁the');
  assert.equal(model.token(2).text, '\n');
  assert.equal(model.findToken(' the'), 1);
  assert.throws(() => model.tensor('fourth'), { code: 'not-found' });
  assert.throws(() => model.token(3), { code: 'not-found' });
});

test('a list longer than the window is read whole and in parts', async () => {
  const tokens = Array.from({ length: 150000 }, (_, i) => `token number ${i}`);
  const model = await admit(server.serve(makeBundle(makeModel({ tensors: { a: [8] }, tokens }))), quick);
  assert.deepEqual(model.get('tokenizer.ggml.tokens'), tokens);
  assert.deepEqual(model.array('tokenizer.ggml.tokens', 149998, 10), tokens.slice(149998));
  assert.deepEqual(model.array('tokenizer.ggml.tokens', 70000, 2), tokens.slice(70000, 70002));
});

const realModels = [
  'stories260K-f32.gguf', 'stories260K-F16.gguf', 'stories260K-Q4_K_M.gguf', 'llama-2-tiny-random.gguf', 'vocab-llama-v1.gguf',
  'vocab-falcon-v2.gguf', 'vocab-llama-spm.gguf', 'vocab-gpt-2.gguf', 'vocab-bert-bge.gguf', 'vocab-deepseek-llm.gguf',
];
for (const name of realModels) {
  test(`what gguf-bundle makes of ${name} is admitted`, { skip: realModel(name) ? false : 'no such model here' }, async () => {
    const bundle = packBundle(realModel(name), ['--gzip', '--chunk-size', '64KiB'], { sign: 'ed25519' });
    const model = await admit(server.serve(bundle), { ...quick, publicKey: bundle.publicKey });
    assert.equal(admitted(model), sha256(bundle.model.bytes).toString('hex'));
    assert.equal(model.get('tokenizer.ggml.tokens').length, model.tokenizer().count);
    assert.deepEqual(
      model.tensorList().map(({ name: tensor, type, dims, offset, size }) => ({ name: tensor, type, dims, offset, size })),
      bundle.manifest.files[0].tensors.map(({ name: tensor, type, dims, offset, size }) => ({ name: tensor, type, dims, offset, size })),
    );
    model.release();
  });
}

test('a fixed cut, where the header ends inside a chunk, is admitted', async () => {
  const bundle = packBundle(small(), ['--cut', 'fixed', '--chunk-size', '64KiB']);
  const model = await admit(server.serve(bundle), quick);
  assert.equal(admitted(model), sha256(bundle.model.bytes).toString('hex'));
});

test('one changed byte in any chunk is healed if the right ones follow, and else named', async () => {
  const bundle = makeBundle(small(), { chunkSize: 4000, headerChunks: 2 });
  const url = server.serve(bundle);
  for (const [index, chunk] of bundle.chunks.entries()) {
    server.reset();
    server.fault(chunk.path, 'flip', 1);
    const model = await admit(url, quick);
    assert.equal(admitted(model), bundle.manifest.files[0].sha256);
    const retried = server.requests.filter(({ path: requested }) => requested.endsWith(chunk.path));
    assert.equal(retried.length, 2);
    assert.equal(retried[1].headers['cache-control'], 'no-cache');
    server.reset();
    server.fault(chunk.path, 'flip');
    const host = await createHost();
    const error = await expectCode(host.admit(url, quick), 'corrupt');
    assert.equal(error.chunk, index);
    assert.equal(host.active, null);
  }
});

for (const [fault, code] of Object.entries({
  drop: 'dropped', refuse: 'offline', missing: 'http', broken: 'http', html: 'content', short: 'length', shortLength: 'length',
  long: 'length', stall: 'stalled', flip: 'corrupt',
})) {
  test(`a server's ${fault} is the error ${code}, and the next call succeeds`, async () => {
    const bundle = makeBundle(small(), { chunkSize: 4000 });
    const url = server.serve(bundle);
    const host = await createHost();
    for (const index of [0, 2]) {
      server.reset();
      server.fault(bundle.chunks[index].path, fault);
      const patience = fault === 'stall' ? { stallTimeout: 400 } : {}; // short only here: a busy machine stalls, too
      const error = await expectCode(host.admit(url, { ...quick, ...patience, retries: 1 }), code);
      assert.equal(error.chunk, index);
      assert.equal(host.active, null);
    }
    server.reset();
    assert.equal(admitted(await host.admit(url, quick)), bundle.manifest.files[0].sha256);
  });
}

test('a slow server is waited for', async () => {
  const bundle = makeBundle(small(), { chunkSize: 4000 });
  for (const chunk of bundle.chunks) server.fault(chunk.path, 'slow');
  assert.equal(admitted(await admit(server.serve(bundle), quick)), bundle.manifest.files[0].sha256);
});

test('a damaged gzip variant is healed from the plain chunk', async () => {
  const bundle = makeBundle(small(), { chunkSize: 4000, gzip: true });
  const [first, second, third] = bundle.chunks;
  const url = server.serve(bundle);
  server.fault(first.gzip.path, 'flip');
  server.fault(second.gzip.path, 'drop');
  bundle.files.set(third.gzip.path, bundle.files.get(second.gzip.path).subarray(0, third.gzip.size));
  assert.equal(admitted(await admit(url, { ...quick, gzip: true })), bundle.manifest.files[0].sha256);
  // It may come from the cache: nothing was wrong with it.
  const plain = server.requests.filter(({ path: asked }) => asked.endsWith('.bin'));
  assert.deepEqual(plain.map(({ headers }) => headers['cache-control']), Array(3).fill(undefined));
});

test('a server that is gone is offline', async () => {
  const gone = await new Server().start();
  const url = gone.serve(makeBundle(small()));
  await gone.stop();
  await expectCode(admit(url, quick), 'offline');
});

test('a manifest is only believed when it is signed by the key', async () => {
  const bundle = makeBundle(small());
  const url = server.serve(bundle);
  const publicKey = signBundle(bundle);
  const foreign = signBundle(makeBundle(small()));
  await expectCode(admit(url, { ...quick, publicKey: foreign }), 'signature');
  bundle.files.get('manifest.json')[10] ^= 1;
  await expectCode(admit(url, { ...quick, publicKey }), 'signature');
  bundle.files.get('manifest.json')[10] ^= 1;
  await admit(url, { ...quick, publicKey });
  bundle.files.delete('manifest.json.sig');
  await expectCode(admit(url, { ...quick, publicKey }), 'signature');
  await expectCode(admit(url, { ...quick, publicKey: 'bm90IGEga2V5' }), 'key');
});

const lies = {
  'another schema': (manifest) => { manifest.schema = 'gguf-manifest/2'; },
  'no files': (manifest) => { manifest.files = []; },
  'a size that does not add up': (manifest) => { manifest.files[0].size += 1; },
  'a chunk too far': (manifest) => { manifest.files[0].chunks[1].offset += 1; },
  'a size of 2^53': (manifest) => { manifest.files[0].chunks[1].size = 2 ** 53; },
  'an empty chunk': (manifest) => { manifest.files[0].chunks[1].size = 0; },
  'no chunks': (manifest) => { manifest.files[0].chunks = []; },
  'an absolute path': (manifest) => { manifest.files[0].chunks[0].path = '/etc/passwd'; },
  'a path upwards': (manifest) => { manifest.files[0].chunks[0].path = 'chunks/../../x'; },
  'a path with a scheme': (manifest) => { manifest.files[0].chunks[0].path = 'http://127.0.0.1:1/x'; },
  'an integrity of another digest': (manifest) => { manifest.files[0].chunks[0].integrity = `sha256-${'A'.repeat(43)}=`; },
  'a digest in capitals': (manifest) => { manifest.files[0].chunks[0].sha256 = 'A'.repeat(64); },
  'a gzip variant without size': (manifest) => { manifest.files[0].chunks[0].gzip = { path: 'x' }; },
};
for (const [what, change] of Object.entries(lies)) {
  test(`a manifest with ${what} is refused by name`, async () => {
    const bundle = makeBundle(small(), { chunkSize: 5000 });
    change(bundle.manifest);
    rewrite(bundle);
    const error = await expectCode(admit(server.serve(bundle), quick), 'manifest');
    assert.match(error.message, /schema|files/);
    assert.equal(server.chunkRequests().length, 0);
  });
}

test('digests that contradict chunks_sha256 are refused before a chunk is asked for', async () => {
  const bundle = makeBundle(small(), { chunkSize: 5000 });
  bundle.manifest.chunks_sha256 = '0'.repeat(64);
  rewrite(bundle);
  const error = await failure(admit(server.serve(bundle), quick));
  assert.equal(error.status, 'digest');
  assert.equal(error.code, 'manifest');
  assert.equal(server.chunkRequests().length, 0);
});

test('verified bytes that are no GGUF file are a format error and never active', async () => {
  const model = small();
  model.bytes.writeUInt32LE(77, 4);
  const host = await createHost();
  const good = await host.admit(server.serve(makeBundle(small())), quick);
  const error = await expectCode(host.admit(server.serve(makeBundle(model)), quick), 'format');
  assert.equal(error.status, 'version');
  assert.equal(host.active, good);
});

test('the header can be read before the rest is there', async () => {
  const bundle = makeBundle(small(), { chunkSize: 4000 });
  let seen;
  const model = await admit(server.serve(bundle), {
    ...quick,
    onHeader: (header) => {
      seen = { asked: server.chunkRequests().length, tensors: header.tensorList().length, name: header.get('general.name') };
      assert.throws(() => header.module.data(header.handle), { code: 'state' });
    },
  });
  assert.deepEqual(seen, { asked: 1, tensors: 3, name: 'made in the test 3' });
  assert.equal(model.tensorCount, 3);
});

test('a tensor without elements is empty, wherever it says that it is', async () => {
  const alignment = Buffer.from([0, 0, 16, 0]);
  const source = makeModel({ tensors: { empty: [0] }, extra: [['general.alignment', 4, alignment]] });
  const model = await admit(server.serve(makeBundle(source)), quick);
  assert.ok(model.tensorInfo('empty').offset > model.size);
  assert.deepEqual(model.tensor('empty'), new Uint8Array(0));
});

test('one model follows another only when it is whole', async () => {
  const first = makeBundle(small(), { chunkSize: 4000 });
  const second = makeBundle(makeModel({ tensors: { other: [5000] }, seed: 8 }), { chunkSize: 4000 });
  const host = await createHost();
  const a = await host.admit(server.serve(first), quick);
  const url = server.serve(second);
  server.fault(second.chunks[2].path, 'flip');
  await expectCode(host.admit(url, quick), 'corrupt');
  assert.equal(host.active, a);
  assert.equal(admitted(a), first.manifest.files[0].sha256);
  server.reset();
  const b = await host.admit(url, quick);
  assert.equal(host.active, b);
  assert.equal(admitted(b), second.manifest.files[0].sha256);
  assert.throws(() => a.tensor('first'), { code: 'state' });
  assert.throws(() => a.release(), { code: 'state' });
  b.release();
  assert.equal(host.active, null);
});

test('a cancelled admission ends its fetches, gives its memory back and leaves the active model', async () => {
  const bundle = makeBundle(makeModel({ tensors: { large: [1000, 500] }, seed: 5 }), { chunkSize: 200000 });
  const url = server.serve(bundle);
  const host = await createHost();
  const active = await host.admit(server.serve(makeBundle(small())), quick);
  for (let moment = 0; moment < 14; moment++) {
    server.reset();
    server.fault(bundle.chunks[4].path, 'slow');
    const controller = new AbortController();
    let events = 0;
    const running = host.admit(url, {
      ...quick,
      signal: controller.signal,
      onProgress: () => {
        if (events++ === moment) controller.abort(new Error('enough'));
      },
    });
    const error = await expectCode(running, 'cancelled');
    assert.equal(error.cause.message, 'enough');
    assert.equal(host.active, active);
    assert.equal(admitted(active).length, 64);
  }
  const before = host.memory.linear;
  const linear = await host.admit(url, quick).then(() => host.memory.linear);
  // Fourteen cancelled runs left nothing behind: the memory is that of one model beside the other.
  assert.ok(linear <= before, `${linear} after, ${before} before`);
  const already = AbortSignal.abort();
  await expectCode(host.admit(url, { ...quick, signal: already }), 'cancelled');
});

test('no more fetches are under way than asked for, the header first and alone', async () => {
  const bundle = makeBundle(makeModel({ tensors: { large: [1000, 300] }, seed: 5 }), { chunkSize: 100000 });
  const url = server.serve(bundle);
  let open = 0;
  let most = 0;
  const listener = (request, response) => {
    if (!request.url.includes('/chunks/')) return;
    open += 1;
    most = Math.max(most, open);
    response.on('close', () => { open -= 1; });
  };
  server.http.prependListener('request', listener);
  for (const chunk of bundle.chunks) server.fault(chunk.path, 'slow');
  let alone;
  await admit(url, { ...quick, onHeader: () => { alone = most; } });
  server.http.removeListener('request', listener);
  assert.equal(alone, 1);
  assert.equal(most, 3);
});

test('progress counts verified bytes and tells the stage', async () => {
  const bundle = makeBundle(small(), { chunkSize: 4000 });
  const events = [];
  const started = performance.now();
  await admit(server.serve(bundle), { ...quick, onProgress: (event) => events.push(event) });
  assert.equal(events[0].stage, 'manifest');
  assert.equal(events.at(-1).stage, 'active');
  assert.equal(events.at(-1).verified, bundle.model.bytes.length);
  assert.ok(events.every(({ verified }, i) => i === 0 || verified >= events[i - 1].verified));
  assert.ok(events.every(({ verified, received }) => verified <= received));
  const perMillisecond = events.at(-1).rate / 1000;
  assert.ok(perMillisecond > 0 && events[0].rate === 0);
  assert.ok(bundle.model.bytes.length / perMillisecond <= performance.now() - started, 'the rate is of bytes over time');
  assert.ok(events.every(({ stage, rate }) => rate > 0 || stage === 'manifest' || stage === 'receiving'));
});

test('one file of several is chosen by name or number', async () => {
  const models = [small(), makeModel({ tensors: { other: [500] }, seed: 8 })];
  const bundle = makeBundle(models, { chunkSize: 4000 });
  const url = server.serve(bundle);
  await expectCode(admit(url, quick), 'manifest');
  for (const file of ['model-8.gguf', 1]) {
    assert.equal(admitted(await admit(url, { ...quick, file })), bundle.manifest.files[1].sha256);
  }
});

test('a host admits one model at a time', async () => {
  const host = await createHost();
  const url = server.serve(makeBundle(small()));
  const first = host.admit(url, quick);
  await expectCode(host.admit(url, quick), 'state');
  await first;
});

test('the OPFS sink says that Node has none', async () => {
  await expectCode(admit(server.serve(makeBundle(small())), { ...quick, sink: 'opfs' }), 'unsupported');
});
