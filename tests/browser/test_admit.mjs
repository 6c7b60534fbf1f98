// Admission in a real browser: both sinks, every fault, resume, cancellation, memory.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { makeBundle, packBundle } from '../loader/bundle.mjs';
import { makeModel, realModel, tinyLm } from '../loader/models.mjs';
import { expectAdmitted, expectCode, newTab, page, small } from './attempts.mjs';
import { browser, server } from './session.mjs';

const models = ['stories260K-f32.gguf', 'stories260K-Q4_K_M.gguf', 'vocab-gpt-2.gguf', 'vocab-llama-v1.gguf', 'llama-2-tiny-random.gguf'];
for (const name of models) {
  test(`${name} is admitted by both sinks, signed and unsigned, compressed and plain`, { skip: realModel(name) ? false : 'no such model here' }, async () => {
    for (const sink of ['memory', 'opfs']) {
      for (const gzip of [true, false]) {
        const options = ['--chunk-size', '256KiB', ...(gzip ? ['--gzip'] : [])];
        const bundle = packBundle(realModel(name), options, { sign: sink === 'opfs' ? 'ec' : 'ed25519' });
        const url = server.serve(bundle);
        await expectAdmitted(bundle, url, { sink, ...(gzip && { publicKey: bundle.publicKey }) });
        assert.equal(server.chunkRequests().some(({ path: asked }) => asked.endsWith('.gz')), gzip);
        await page.evaluate(() => window.loader.removeStored());
        server.reset();
      }
    }
  });
}

test('metadata and tensors read in the page are those that gguf-inspect prints', { skip: realModel('stories260K-Q4_K_M.gguf') ? false : 'no real models here' }, async () => {
  const tool = path.join(process.env.GGUF_BIN, 'gguf-inspect');
  const scratch = mkdtempSync(path.join(tmpdir(), 'gguf-browser-'));
  try {
    for (const name of ['stories260K-Q4_K_M.gguf', 'llama-2-tiny-random.gguf', 'vocab-falcon-v2.gguf']) {
      const source = realModel(name);
      const file = path.join(scratch, name);
      writeFileSync(file, source.bytes);
      const args = ['--json', '--metadata', '--array-items', 'all', '--tensors', file];
      const [shown] = JSON.parse(execFileSync(tool, args, { maxBuffer: 2 ** 28 })).files;
      const bundle = makeBundle(source);
      await expectAdmitted(bundle, server.serve(bundle));
      const read = await page.evaluate(() => ({
        metadata: window.model.metadata().map((entry) => ({
          key: entry.key, type: entry.type,
          ...(entry.type === 'array'
            ? { element_type: entry.itemType, count: entry.count, items: window.model.array(entry) }
            : { value: entry.value }),
        })),
        tensors: window.model.tensorList().map(({ name: tensor, type, dims, offset, size }) => ({ name: tensor, type, dims, offset, size })),
      }));
      // f32 is printed with the fewest digits that give the same f32 back.
      const same = (type, a, b) => (type === 'f32' ? Math.fround(a) === Math.fround(b) : a === b || JSON.stringify(a) === JSON.stringify(b));
      assert.equal(read.metadata.length, shown.metadata.length);
      shown.metadata.forEach((entry, i) => {
        const mine = read.metadata[i];
        assert.deepEqual([mine.key, mine.type, mine.count], [entry.key, entry.type, entry.count]);
        if (entry.type === 'array') {
          assert.equal(mine.items.length, entry.items.length, entry.key);
          const different = mine.items.findIndex((item, at) => !same(entry.element_type, item, entry.items[at]));
          assert.equal(different, -1, `${entry.key}[${different}]`);
        } else {
          assert.ok(same(entry.type, mine.value, entry.value), `${entry.key}: ${mine.value}, ${entry.value}`);
        }
      });
      assert.deepEqual(read.tensors, (shown.tensors ?? []).map(({ name: tensor, type, dims, offset, size }) => ({ name: tensor, type, dims, offset, size })));
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

for (const sink of ['memory', 'opfs']) {
  test(`a damaged chunk is healed by the right one, else never active (${sink})`, async () => {
    const bundle = makeBundle(small(), { chunkSize: 6000 });
    const url = server.serve(bundle);
    for (const chunk of bundle.chunks) {
      server.reset();
      server.fault(chunk.path, 'flip', 1);
      await expectAdmitted(bundle, url, { sink });
      await page.evaluate(() => window.loader.removeStored());
      server.reset();
      server.fault(chunk.path, 'flip');
      const cdp = await page.context().newCDPSession(page);
      await cdp.send('Network.clearBrowserCache'); // it has the right chunk from before
      await page.evaluate(() => window.host.active?.release());
      const { active } = await expectCode(url, { sink }, 'corrupt');
      assert.equal(active, null);
    }
  });

  for (const [fault, code] of Object.entries({
    drop: 'dropped', refuse: 'offline', missing: 'http', empty: 'http', html: 'content', short: 'length', long: 'length', stall: 'stalled',
  })) {
    test(`a server's ${fault} is ${code}, and the next call succeeds (${sink})`, async () => {
      const bundle = makeBundle(small(), { chunkSize: 6000 });
      const url = server.serve(bundle);
      server.fault(bundle.chunks[2].path, fault);
      await expectCode(url, { sink, retries: 1, ...(fault === 'stall' && { stallTimeout: 300 }) }, code);
      const complete = await page.evaluate(() => window.events.filter(({ chunk }) => chunk?.state === 'verified').length);
      server.reset();
      const cdp = await page.context().newCDPSession(page);
      await cdp.send('Network.clearBrowserCache'); // it may hold chunks whose fetch was ended
      await expectAdmitted(bundle, url, { sink });
      const asked = server.chunkRequests().length;
      // What was complete when another chunk failed may not have been told any more.
      if (sink === 'opfs') assert.ok(asked > 0 && asked <= bundle.chunks.length - complete, `${asked} of ${bundle.chunks.length}, ${complete} complete`);
      else assert.equal(asked, bundle.chunks.length);
    });
  }
}

test('without a network the error is offline, and the next call succeeds', async () => {
  const bundle = makeBundle(small());
  const url = server.serve(bundle);
  for (const host of [false, true]) {
    await page.context().setOffline(false);
    if (host) await page.evaluate(() => window.loader.createHost().then((made) => { window.host = made; }));
    await page.context().setOffline(true);
    const code = await page.evaluate((target) => window.attempt(target).then((result) => result.code, (error) => error.code), url);
    assert.equal(code, 'offline');
  }
  await page.context().setOffline(false);
  await expectAdmitted(bundle, url);
});

test('a full store is the error quota, and the next call succeeds', async () => {
  const bundle = makeBundle(makeModel({ tensors: { large: [1000, 900] }, seed: 5 }), { chunkSize: 500000 });
  const url = server.serve(bundle);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin: server.origin, quotaSize: 100000 });
  await expectCode(url, { sink: 'opfs' }, 'quota');
  await cdp.send('Storage.overrideQuotaForOrigin', { origin: server.origin });
  await expectAdmitted(bundle, url, { sink: 'opfs' });
});

test('an interrupted download goes on with the missing chunks, and what was stored is verified again', async () => {
  const bundle = makeBundle(makeModel({ tensors: { large: [1000, 900] }, seed: 5 }), { chunkSize: 300000 });
  const url = server.serve(bundle);
  const options = { sink: 'opfs', parallel: 1, retries: 0 };
  server.fault(bundle.chunks[7].path, 'drop');
  await expectCode(url, options, 'dropped');
  server.reset();
  await newTab();
  const stored = await page.evaluate(() => window.loader.storedModels());
  assert.deepEqual(stored.map(({ size }) => size), [bundle.model.bytes.length]);
  // One bit of a chunk that was complete rots in the store.
  await page.evaluate(async ({ key, at }) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('gguf-admission');
    const file = await folder.getFileHandle(`${key}.gguf`);
    const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer());
    bytes[at] ^= 1;
    const writable = await file.createWritable();
    await writable.write(bytes);
    await writable.close();
  }, { key: stored[0].key, at: bundle.chunks[3].offset + 5 });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.clearBrowserCache');
  await expectAdmitted(bundle, url, options);
  const asked = server.chunkRequests().map(({ path: requested }) => bundle.chunks.findIndex((chunk) => requested.endsWith(chunk.path)));
  assert.deepEqual(asked, [3, 7, 8, 9, 10, 11, 12].filter((index) => index < bundle.chunks.length));
  const resumed = await page.evaluate(() => window.events.at(-1).resumed);
  const expected = [0, 1, 2, 4, 5, 6].reduce((sum, index) => sum + bundle.chunks[index].size, 0);
  assert.equal(resumed, expected);
  // Complete, it needs no chunk at all.
  server.reset();
  await expectAdmitted(bundle, url, options);
  assert.equal(server.chunkRequests().length, 0);
});

for (const sink of ['memory', 'opfs']) {
  test(`cancelled at any moment, fetches end and the active model still works (${sink})`, async () => {
    const first = makeBundle(small());
    const second = makeBundle(makeModel({ tensors: { large: [1000, 500] }, seed: 5 }), { chunkSize: 250000 });
    await expectAdmitted(first, server.serve(first), { sink });
    const url = server.serve(second);
    server.fault(second.chunks[3].path, 'slow');
    for (let moment = 0; moment < 10; moment++) {
      const result = await page.evaluate(async ([target, at, kind]) => {
        const controller = new AbortController();
        let events = 0;
        try {
          await window.host.admit(target, {
            sink: kind, signal: controller.signal,
            onProgress: () => {
              if (events++ === at) controller.abort();
            },
          });
          return { code: 'admitted' };
        } catch (error) {
          return { code: error.code, name: window.host.active?.name, sha256: await window.sha256(window.host.active.data()) };
        }
      }, [url, moment, sink]);
      assert.deepEqual(result, { code: 'cancelled', name: first.model.name, sha256: first.manifest.files[0].sha256 });
    }
    server.reset();
    await expectAdmitted(second, url, { sink });
  });
}

for (const sink of ['memory', 'opfs']) {
  test(`progress counts what came, and how fast (${sink})`, async () => {
    const bundle = makeBundle(makeModel({ tensors: { large: [1000, 500] }, seed: 5 }), { chunkSize: 300000 });
    const started = performance.now();
    await expectAdmitted(bundle, server.serve(bundle), { sink });
    const milliseconds = performance.now() - started;
    const last = await page.evaluate(() => window.events.at(-1));
    const { length } = bundle.model.bytes;
    assert.deepEqual([last.stage, last.total, last.received, last.verified], ['active', length, length, length]);
    assert.ok(last.rate >= length / (milliseconds / 1000), `${last.rate} bytes a second`);
  });
}

test('when a download is resumed, the header is told before the rest is verified', async () => {
  const bundle = makeBundle(makeModel({ tensors: { large: [1000, 500] }, seed: 5 }), { chunkSize: 300000 });
  const url = server.serve(bundle);
  await expectAdmitted(bundle, url, { sink: 'opfs' });
  await newTab();
  await expectAdmitted(bundle, url, { sink: 'opfs' });
  const [before, resuming] = await page.evaluate(() => [
    window.eventsBeforeHeader, window.events.map(({ stage }) => stage).lastIndexOf('resuming'),
  ]);
  assert.ok(before <= 2 && resuming > before, `after ${before} events, ${resuming} was the last of resuming`);
});

test('a tensor is a view of memory, or a slice of the stored file, with the same bytes', async () => {
  const source = small();
  const bundle = makeBundle(source, { chunkSize: 6000 });
  const url = server.serve(bundle);
  const read = async (sink) => {
    await expectAdmitted(bundle, url, { sink });
    return page.evaluate(async () => {
      const data = window.model.tensor('second');
      const bytes = data instanceof Blob ? new Uint8Array(await data.arrayBuffer()) : data;
      return { kind: data.constructor.name, size: bytes.length, sha256: await window.sha256(bytes) };
    });
  };
  const memory = await read('memory');
  const file = await read('opfs');
  assert.equal(memory.kind, 'Uint8Array');
  assert.equal(file.kind, 'Blob');
  assert.deepEqual([file.size, file.sha256], [memory.size, memory.sha256]);
});

test('a storage worker that is not there is an error of storage', async () => {
  await expectCode(server.serve(makeBundle(small())), { sink: 'opfs', workerUrl: '/nowhere.mjs' }, 'storage');
});

for (const gzip of [false, true]) test(`the TinyLM-16M shape takes the estimated linear memory, and buffers of three windows${gzip ? ', compressed variants or not' : ''}`, async (context) => {
  const source = tinyLm();
  const bundle = makeBundle(source, { chunkSize: 4194304, gzip });
  const url = server.serve(bundle);
  const tool = path.join(process.env.GGUF_BIN, 'gguf-estimate');
  assert.ok(existsSync(tool));
  const output = execFileSync(
    tool,
    ['--strategy', 'chunked', '--runtime', 'admission', '--tokenizer', 'none', '--json', '--size', String(source.bytes.length), '-'],
    { input: source.bytes.subarray(0, source.dataOffset) },
  );
  const { phases } = JSON.parse(output).files[0].strategies[0];
  const estimate = phases.find(({ name }) => name === 'materialise').linear.held;
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.enable');
  await page.evaluate(async () => {
    window.host = await window.loader.createHost();
  });
  await cdp.send('HeapProfiler.collectGarbage');
  const before = (await cdp.send('Runtime.getHeapUsage')).backingStorageSize;
  const linearBefore = await page.evaluate(() => window.host.memory.linear);
  const running = page.evaluate(async (target) => {
    try {
      window.model = await window.host.admit(target);
      return { memory: window.host.memory };
    } catch (error) {
      return { code: error.code, message: error.message };
    }
  }, url);
  let peak = 0;
  const watch = setInterval(async () => {
    const usage = await cdp.send('Runtime.getHeapUsage').catch(() => ({ backingStorageSize: 0 }));
    peak = Math.max(peak, usage.backingStorageSize);
  }, 10);
  const { memory, code, message } = await running;
  clearInterval(watch);
  assert.equal(code, undefined, message);
  assert.ok(Math.abs(memory.linear - estimate) <= 65536, `${memory.linear} used, ${estimate} estimated`);
  assert.ok(memory.buffersPeak > 0, 'the engine fills buffers of the loader');
  assert.ok(memory.buffersPeak <= 3 * 1048576);
  await cdp.send('HeapProfiler.collectGarbage');
  const after = (await cdp.send('Runtime.getHeapUsage')).backingStorageSize;
  context.diagnostic(`buffers of the page: ${before} before, ${peak} at most, ${after} after; linear memory ${linearBefore}, then ${memory.linear}`);
  // V8 does not count linear memory here: these are the buffers, and garbage not yet collected.
  assert.ok(peak - before <= 3 * 1048576 + 1048576, `${peak} bytes at most`);
  assert.ok(after - before <= 65536, `${after} bytes left`);
  // A file of the origin takes the place of the tensors; the header is in memory either way.
  const stored = await page.evaluate(async (target) => {
    const host = await window.loader.createHost();
    await host.admit(target, { sink: 'opfs' });
    return host.memory;
  }, url);
  const less = estimate - (source.bytes.length - source.dataOffset);
  assert.ok(Math.abs(stored.linear - less) <= 65536, `${stored.linear} used with OPFS, ${less} estimated`);
  assert.ok(stored.buffersPeak > 0 && stored.buffersPeak <= 3 * 1048576);
});
