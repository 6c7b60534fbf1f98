// How an admission ends in a browser when something goes wrong late, or never comes; and what it never takes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { gzipBomb, makeBundle, rewrite } from '../loader/bundle.mjs';
import { makeModel } from '../loader/models.mjs';
import { Server } from '../loader/server.mjs';
import { attempt, expectAdmitted, expectCode, page, small } from './attempts.mjs';
import { loader, openPage } from './chromium.mjs';
import { browser, server } from './session.mjs';

for (const sink of ['memory', 'opfs']) {
  test(`a chunk that fails after its last byte is fetched again (${sink})`, async () => {
    const bundle = makeBundle(small(), { chunkSize: 6000 });
    const url = server.serve(bundle);
    for (const fault of ['dropAtEnd', 'endless', 'oneMore']) {
      server.fault(bundle.chunks[2].path, fault, 1);
      await expectAdmitted(bundle, url, { sink, ...(fault === 'endless' && { stallTimeout: 400 }) });
      await page.evaluate(() => window.loader.removeStored());
    }
  });
}

test('a byte changed anywhere in a compressed chunk is healed, and one cut short', async () => {
  const bundle = makeBundle(small(), { chunkSize: 6000, gzip: true });
  const url = server.serve(bundle);
  const { path, size } = bundle.chunks[2].gzip;
  const right = bundle.files.get(path);
  server.headers = { 'Cache-Control': 'no-store' };
  for (const at of [0, 3, 10, size >> 1, size - 8, size - 5, size - 4, size - 1]) {
    const changed = Buffer.from(right);
    changed[at] ^= 0x10;
    bundle.files.set(path, changed);
    await expectAdmitted(bundle, url, { gzip: true });
  }
  bundle.files.set(path, right);
  server.headers = {};
  for (const fault of ['cut4', 'cut8', 'missing', 'html']) {
    server.reset();
    server.fault('.gz', fault);
    await expectAdmitted(bundle, url, { gzip: true });
  }
});

/** The most bytes that a renderer of this browser has had in memory so far. */
async function rendererPeak() {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const peaks = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'));
      return kilobytes * 1024;
    } catch {
      return 0; // it has ended since: the page of another test
    }
  });
  return Math.max(...peaks);
}

test('a compressed chunk that unpacks to 1 GiB is given up before it does', async (context) => {
  const bundle = makeBundle(small(), { chunkSize: 6000, gzip: true });
  const [chunk] = bundle.chunks;
  const bomb = gzipBomb(1 << 30);
  bundle.files.set(chunk.gzip.path, bomb);
  chunk.gzip.size = bomb.length;
  rewrite(bundle);
  const before = await rendererPeak();
  await expectAdmitted(bundle, server.serve(bundle));
  assert.deepEqual(await page.evaluate(() => window.events.flatMap(({ chunk }) => chunk?.error?.code ?? [])), ['length']);
  const grown = (await rendererPeak()) - before;
  context.diagnostic(`${bomb.length} bytes of gzip took ${grown} bytes`);
  assert.ok(grown < 48 << 20, `${grown} bytes`);
});

test('cancelling does not wait for the storage worker, and the next call has the file', async () => {
  const bundle = makeBundle(small(), { chunkSize: 6000 });
  const url = server.serve(bundle);
  server.bundles.set('/silent/', { files: new Map([['worker.mjs', Buffer.alloc(8)]]) });
  server.fault('worker.mjs', 'silent');
  const cancelled = (workerUrl, after) => page.evaluate(async ([target, worker, milliseconds]) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), milliseconds);
    window.host ??= await window.loader.createHost();
    return Promise.race([
      window.host.admit(target, { sink: 'opfs', workerUrl: worker, signal: controller.signal }).then(() => 'admitted', ({ code }) => code),
      new Promise((resolve) => { setTimeout(resolve, 5000, 'never settled'); }),
    ]);
  }, [url, workerUrl, after]);
  assert.equal(await cancelled('/silent/worker.mjs', 200), 'cancelled');
  await expectAdmitted(bundle, url, { sink: 'opfs' });
  // While the real one opens the file, at whatever moment.
  for (const after of [0, 2, 5, 10, 15, 20, 30]) {
    const code = await cancelled(undefined, after);
    assert.ok(code === 'cancelled' || code === 'admitted', code);
    await expectAdmitted(bundle, url, { sink: 'opfs' });
  }
});

/** The URL of the storage worker with `addition` at its end, or in front of what it does in `operation`. */
function workerWith(addition, operation) {
  const source = readFileSync(join(loader, 'gguf-admission', 'opfs-worker.mjs'), 'utf8');
  const changed = operation ? source.replace(new RegExp(`^  ${operation}\\(.*\\{$`, 'm'), `$&\n${addition}`) : source + addition;
  assert.notEqual(changed, source);
  const prefix = `/worker-${server.bundles.size}/`;
  server.bundles.set(prefix, { files: new Map([['worker.mjs', Buffer.from(changed)]]) });
  return `${prefix}worker.mjs`;
}

for (const [how, operation, addition] of [
  ['is gone in the middle of a write', 'write', 'self.close(); return new Promise(() => {});'],
  ['never answers a write', 'write', 'return new Promise(() => {});'],
  ['writes for ever', 'write', 'for (;;);'],
  ['never says that a chunk is complete', 'mark', 'return new Promise(() => {});'],
  ['never reads', 'read', 'return new Promise(() => {});'],
]) {
  test(`cancelling does not wait for a storage worker that ${how}, and the next call has the file`, async () => {
    const bundle = makeBundle(small(), { chunkSize: 6000 });
    const url = server.serve(bundle);
    if (operation === 'read') await expectAdmitted(bundle, url, { sink: 'opfs' });
    const workerUrl = workerWith(addition, operation);
    const codes = await page.evaluate(async ([target, worker]) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 300);
      window.host ??= await window.loader.createHost();
      const settled = (options) => Promise.race([
        window.host.admit(target, { sink: 'opfs', ...options }).then(() => 'admitted', ({ code }) => code),
        new Promise((resolve) => { setTimeout(resolve, 5000, 'never settled'); }),
      ]);
      const first = await settled({ workerUrl: worker, signal: controller.signal });
      let next;
      // A browser gives a worker that is to end some seconds for what it is doing.
      for (const end = performance.now() + 8000; performance.now() < end && (next ?? 'busy') === 'busy';) next = await settled({});
      return [first, next];
    }, [url, workerUrl]);
    assert.deepEqual(codes, ['cancelled', 'admitted']);
  });
}

test('storage that is slower than stallTimeout is waited for', async () => {
  const bundle = makeBundle(small(), { chunkSize: 6000 });
  const workerUrl = workerWith('if (offset === 0) for (const end = performance.now() + 3000; performance.now() < end;);', 'write');
  await expectAdmitted(bundle, server.serve(bundle), { sink: 'opfs', workerUrl, retries: 0, stallTimeout: 2000 });
});

test('that a chunk is complete is stored after its bytes were flushed', async () => {
  const bundle = makeBundle(small(), { chunkSize: 6000 });
  const workerUrl = workerWith(`
    const names = new WeakMap();
    const { createSyncAccessHandle } = FileSystemFileHandle.prototype;
    FileSystemFileHandle.prototype.createSyncAccessHandle = async function named() {
      const made = await createSyncAccessHandle.call(this);
      names.set(made, this.name.split('.').pop());
      return made;
    };
    const log = new BroadcastChannel('storage');
    for (const call of ['write', 'flush']) {
      const original = FileSystemSyncAccessHandle.prototype[call];
      FileSystemSyncAccessHandle.prototype[call] = function told(...parameters) {
        log.postMessage(names.get(this) + ' ' + call);
        return original.apply(this, parameters);
      };
    }`);
  await page.evaluate(() => {
    window.stored = [];
    new BroadcastChannel('storage').onmessage = ({ data }) => window.stored.push(data);
  });
  await expectAdmitted(bundle, server.serve(bundle), { sink: 'opfs', workerUrl });
  const stored = await page.evaluate(() => window.stored);
  const bits = stored.flatMap((what, at) => (what === 'state write' && stored.slice(0, at).includes('gguf write') ? [at] : []));
  assert.equal(bits.length, bundle.chunks.length);
  for (const at of bits) {
    assert.equal(stored.slice(0, at).findLast((what) => what.startsWith('gguf')), 'gguf flush', stored.join(', '));
    assert.equal(stored[at + 1], 'state flush');
  }
});

for (const sink of ['memory', 'opfs']) {
  test(`cancelling ends the fetches at the server, and gives all memory back (${sink})`, async () => {
    const bundle = makeBundle(makeModel({ tensors: { large: [1000, 500] }, seed: 5 }), { chunkSize: 400000 });
    const url = server.serve(bundle);
    await expectAdmitted(bundle, url, { sink });
    const cdp = await page.context().newCDPSession(page);
    const memory = async () => {
      await cdp.send('HeapProfiler.collectGarbage');
      const { backingStorageSize: buffers } = await cdp.send('Runtime.getHeapUsage');
      return { buffers, linear: await page.evaluate(() => window.host.memory.linear) };
    };
    await page.evaluate(() => window.model.release());
    const { linear, buffers } = await memory();
    for (let run = 0; run < 4; run++) {
      await page.evaluate(() => window.loader.removeStored());
      server.reset();
      server.headers = { 'Cache-Control': 'no-store' };
      const again = server.serve(bundle);
      for (const index of [1, 2, 3]) server.fault(bundle.chunks[index].path, 'stall');
      const running = page.evaluate(async ([target, kind]) => {
        window.controller = new AbortController();
        return window.host.admit(target, { sink: kind, signal: window.controller.signal }).then(() => 'admitted', ({ code }) => code);
      }, [again, sink]);
      const stalled = () => server.chunkRequests().length === 4;
      for (let patience = 300; !stalled() && patience > 0; patience--) await new Promise((resolve) => { setTimeout(resolve, 10); });
      await page.evaluate(() => window.controller.abort());
      assert.equal(await running, 'cancelled');
      const ended = () => server.chunkRequests().filter(({ ended: done, sent }) => done && !sent).length;
      for (let patience = 300; ended() < 3 && patience > 0; patience--) await new Promise((resolve) => { setTimeout(resolve, 10); });
      assert.equal(ended(), 3);
      const after = await memory();
      assert.equal(after.linear, linear);
      assert.ok(after.buffers - buffers <= 65536, `${after.buffers} bytes of buffers, ${buffers} before`);
    }
    server.headers = {};
  });

  test(`a second model that fails leaves the first, whatever it fails by (${sink})`, async () => {
    const first = makeBundle(small());
    await expectAdmitted(first, server.serve(first));
    const second = makeBundle(makeModel({ tensors: { large: [1000, 900] }, seed: 6 }), { chunkSize: 500000 });
    const url = server.serve(second);
    const cdp = await page.context().newCDPSession(page);
    const faults = { ...(sink === 'opfs' && { quota: 'quota' }), missing: 'http', flip: 'corrupt', drop: 'dropped', html: 'content' };
    for (const [fault, code] of Object.entries(faults)) {
      server.reset();
      await cdp.send('Network.clearBrowserCache'); // it may hold chunks whose fetch was ended
      if (fault === 'quota') await cdp.send('Storage.overrideQuotaForOrigin', { origin: server.origin, quotaSize: 100000 });
      else server.fault(second.chunks[2].path, fault);
      const { active } = await expectCode(url, { sink, retries: 1 }, code);
      await cdp.send('Storage.overrideQuotaForOrigin', { origin: server.origin });
      assert.equal(active, first.model.name);
      assert.equal(await page.evaluate(() => window.sha256(window.host.active.data())), first.manifest.files[0].sha256);
    }
    server.reset();
    await expectAdmitted(second, url, { sink });
  });

  test(`a slow server is waited for (${sink})`, async () => {
    const bundle = makeBundle(small(), { chunkSize: 6000 });
    server.fault(bundle.chunks[1].path, 'steady');
    await expectAdmitted(bundle, server.serve(bundle), { sink, retries: 0, stallTimeout: 2000 });
  });
}

const inStore = (name, change) => page.evaluate(async ([ending, body]) => {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('gguf-admission');
  for await (const [found, file] of folder.entries()) {
    if (!found.endsWith(ending)) continue;
    const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer());
    const changed = new Function('bytes', body)(bytes);
    if (!changed) return [...bytes];
    const writable = await file.createWritable();
    await writable.write(changed);
    await writable.close();
  }
  return undefined;
}, [name, change]);

test('a stored file of another size is made anew', async () => {
  const bundle = makeBundle(small(), { chunkSize: 6000 });
  const url = server.serve(bundle);
  await expectAdmitted(bundle, url, { sink: 'opfs' });
  for (const change of ['return new Uint8Array([...bytes, 1, 2, 3]);', 'return bytes.subarray(0, -3);', 'return new Uint8Array(1);']) {
    await inStore('.gguf', change);
    await expectAdmitted(bundle, url, { sink: 'opfs' });
  }
  await inStore('.state', 'bytes[9] ^= 1; return bytes;');
  server.reset();
  await expectAdmitted(bundle, url, { sink: 'opfs' });
});

test('a stored chunk that rotted is no longer said to be complete', async () => {
  const bundle = makeBundle(small(), { chunkSize: 6000 });
  const url = server.serve(bundle);
  await expectAdmitted(bundle, url, { sink: 'opfs' });
  const complete = async () => (await inStore('.state', 'return undefined;'))[24];
  const all = 2 ** bundle.chunks.length - 1;
  assert.equal(await complete(), all);
  await inStore('.gguf', `bytes[${bundle.chunks[2].offset}] ^= 1; return bytes;`);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.clearBrowserCache');
  server.fault(bundle.chunks[2].path, 'missing');
  await expectCode(url, { sink: 'opfs' }, 'http');
  assert.equal(await complete(), all & ~4);
});

test('from another origin: memory works, compressed by either side, and OPFS says what it needs', async () => {
  const other = await new Server().start();
  try {
    const bundle = makeBundle(small(), { chunkSize: 6000, gzip: true });
    const url = other.serve(bundle);
    other.folders.set('/loader/', server.folders.get('/loader/'));
    other.headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Content-Encoding' };
    await expectAdmitted(bundle, url, { retries: 0, gzip: true });
    other.fault('.gz', 'encoded');
    const again = other.serve(bundle); // past the cache
    await expectAdmitted(bundle, again, { retries: 0, gzip: true });
    assert.deepEqual(other.requests.filter(({ path }) => path.endsWith('.bin')), []);
    const code = await page.evaluate(async ([origin, target]) => {
      const foreign = await import(`${origin}/loader/gguf-admission/gguf-admission.mjs`);
      return foreign.admit(target, { sink: 'opfs' }).then(() => 'admitted', (error) => error.code);
    }, [other.origin, url]);
    assert.equal(code, 'unsupported');
  } finally {
    await other.stop();
  }
});

test('a model that another tab removes at the last moment is an error of storage, and the next call succeeds', async () => {
  const bundle = makeBundle(small(), { chunkSize: 6000 });
  const url = server.serve(bundle);
  await page.evaluate(() => {
    const { getFileHandle } = FileSystemDirectoryHandle.prototype;
    FileSystemDirectoryHandle.prototype.getFileHandle = async function late(...parameters) {
      FileSystemDirectoryHandle.prototype.getFileHandle = getFileHandle;
      await window.loader.removeStored();
      return getFileHandle.apply(this, parameters);
    };
  });
  await expectCode(url, { sink: 'opfs' }, 'storage');
  await expectAdmitted(bundle, url, { sink: 'opfs' });
});

test('two tabs: the second is told that the first is busy, and has the model when that is done', async () => {
  const bundle = makeBundle(makeModel({ tensors: { large: [1000, 500] }, seed: 5 }), { chunkSize: 250000 });
  const url = server.serve(bundle);
  server.fault(bundle.chunks[2].path, 'crawl', 1);
  const second = await openPage({ newContext: async () => page.context() }, server);
  const running = attempt(url, { sink: 'opfs' });
  await page.waitForFunction(() => window.events?.some(({ stage }) => stage === 'receiving'));
  const inSecond = () => second.evaluate((target) => window.attempt(target, { sink: 'opfs' }), url);
  assert.equal((await inSecond()).code, 'busy');
  assert.equal((await running).sha256, bundle.manifest.files[0].sha256);
  server.reset();
  assert.equal((await inSecond()).sha256, bundle.manifest.files[0].sha256);
  assert.equal(server.chunkRequests().length, 0);
});
