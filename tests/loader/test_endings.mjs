// How an admission ends when something goes wrong late, or never comes, or the page makes a mistake.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { gzipBomb, makeBundle, rewrite, signBundle } from './bundle.mjs';
import { makeModel } from './models.mjs';
import { admit, admitted, createHost, expectCode, loader, quick, server, small } from './session.mjs';

const packed = { ...quick, gzip: true };
const SOON = 5000; // ms: long for these models, short for a test that would never end

/** `promise`, which must settle soon. */
function soon(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it never settled')), SOON);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const abortLater = (milliseconds = 50) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
};

/** Admits `bundle` with all its variants; the error that one of them was given up for. */
async function variantError(bundle) {
  const errors = [];
  const onProgress = ({ chunk }) => {
    if (chunk?.state === 'retrying') errors.push(chunk.error);
  };
  assert.equal(admitted(await admit(server.serve(bundle), { ...packed, onProgress })), bundle.manifest.files[0].sha256);
  assert.equal(errors.length, 1);
  return errors[0];
}

for (const [fault, code] of Object.entries({ dropAtEnd: 'dropped', endless: 'stalled', oneMore: 'length' })) {
  test(`a chunk that fails after its last byte (${fault}) is fetched again`, async () => {
    const bundle = makeBundle(small(), { chunkSize: 4000 });
    const url = server.serve(bundle);
    const patience = { ...quick, stallTimeout: fault === 'endless' ? 300 : 30000 };
    for (const index of [0, 2]) {
      server.reset();
      server.fault(bundle.chunks[index].path, fault, 1);
      assert.equal(admitted(await soon(admit(url, patience))), bundle.manifest.files[0].sha256);
    }
    server.fault(bundle.chunks[2].path, fault);
    await expectCode(soon(admit(url, { ...patience, retries: 1 })), code);
  });
}

for (const fault of ['cut4', 'cut8']) {
  test(`a compressed chunk without the end of its trailer (${fault}) is fetched again`, async () => {
    const bundle = makeBundle(small(), { chunkSize: 4000, gzip: true });
    server.fault(bundle.chunks[2].gzip.path, fault);
    assert.equal(admitted(await admit(server.serve(bundle), packed)), bundle.manifest.files[0].sha256);
  });
}

test('a byte changed anywhere in a compressed chunk is healed', async () => {
  const bundle = makeBundle(small(), { chunkSize: 4000, gzip: true });
  const url = server.serve(bundle);
  const { path, size } = bundle.chunks[2].gzip;
  const right = bundle.files.get(path);
  for (const at of [0, 3, 9, 10, size >> 1, size - 9, size - 8, size - 5, size - 4, size - 1]) {
    const changed = Buffer.from(right);
    changed[at] ^= 0x10;
    bundle.files.set(path, changed);
    assert.equal(admitted(await admit(url, packed)), bundle.manifest.files[0].sha256, `byte ${at}`);
  }
});

test('a compressed chunk that unpacks to far more than its size is given up at once', async () => {
  const bundle = makeBundle(small(), { chunkSize: 4000, gzip: true });
  const [, chunk] = bundle.chunks;
  const bomb = gzipBomb(256 << 20);
  bundle.files.set(chunk.gzip.path, bomb);
  chunk.gzip.size = bomb.length;
  rewrite(bundle);
  const { code, message } = await variantError(bundle);
  assert.equal(code, 'length');
  assert.match(message, /more than \d+ bytes/);
});

test('of a compressed chunk no more is read than the manifest says', async () => {
  const bundle = makeBundle(small(), { chunkSize: 4000, gzip: true });
  const [, { gzip }] = bundle.chunks;
  const nothing = Array.from({ length: 10000 }, () => [0, 0, 0, 0xff, 0xff]).flat(); // empty blocks
  bundle.files.set(gzip.path, Buffer.concat([gzipSync('').subarray(0, 10), Buffer.from(nothing)]));
  server.fault(gzip.path, 'endless');
  assert.equal((await soon(variantError(bundle))).code, 'length');
});

for (const fault of ['missing', 'broken', 'html', 'refuse', 'flip']) {
  test(`where the compressed variant is ${fault}, the plain chunk is fetched`, async () => {
    const bundle = makeBundle(small(), { chunkSize: 4000, gzip: true });
    const url = server.serve(bundle);
    server.fault('.gz', fault);
    for (const retries of [0, 2]) {
      assert.equal(admitted(await admit(url, { ...packed, retries })), bundle.manifest.files[0].sha256);
    }
    server.reset();
    server.fault('.gz', fault);
    server.fault(bundle.chunks[1].path, 'missing');
    const error = await expectCode(admit(url, packed), 'http');
    assert.match(error.url, /\.bin$/);
  });
}

for (const [what, path] of [['manifest', 'manifest.json'], ['signature', 'manifest.json.sig']]) {
  for (const fault of ['silent', 'stall']) {
    test(`a ${what} that does not come (${fault}) is stalled, or cancelled`, async () => {
      const bundle = makeBundle(small());
      const publicKey = signBundle(bundle);
      const url = server.serve(bundle);
      server.fault(path, fault);
      await expectCode(soon(admit(url, { ...quick, publicKey, stallTimeout: 200 })), 'stalled');
      await expectCode(soon(admit(url, { ...quick, publicKey, signal: abortLater() })), 'cancelled');
      server.reset();
      await admit(url, { ...quick, publicKey });
    });
  }
}

/** The URL of the module below a prefix of its own, so that it was never fetched before. */
function serveModule() {
  const prefix = `/module-${server.bundles.size}/`;
  server.bundles.set(prefix, { files: new Map([['module.wasm', readFileSync(join(loader, 'gguf-admission.wasm'))]]) });
  return `${server.origin}${prefix}module.wasm`;
}

for (const fault of ['silent', 'stall', 'drop', 'refuse']) {
  test(`a module that does not come (${fault}) is an error, and the next call has it`, async () => {
    const module = serveModule();
    server.fault('module.wasm', fault, 2);
    const code = { drop: 'dropped', refuse: 'offline' }[fault] ?? 'stalled';
    await expectCode(soon(createHost({ module, stallTimeout: 200 })), code);
    await expectCode(soon(admit(server.serve(makeBundle(small())), { module, stallTimeout: 200 })), code);
    await soon(createHost({ module }));
  });
}

test('cancelling does not wait for the module, nor for onHeader', async () => {
  const bundle = makeBundle(small(), { chunkSize: 4000 });
  const url = server.serve(bundle);
  const module = serveModule();
  server.fault('module.wasm', 'silent', 1);
  await expectCode(soon(admit(url, { module, signal: abortLater() })), 'cancelled');
  assert.ok(await until(() => server.requests.some(({ path: asked, ended, sent }) => asked.endsWith('module.wasm') && ended && !sent)));
  assert.equal(admitted(await soon(admit(url, { ...quick, module }))), bundle.manifest.files[0].sha256);
  const host = await createHost();
  await expectCode(soon(host.admit(url, { signal: abortLater(), onHeader: () => new Promise(() => {}) })), 'cancelled');
  assert.equal(admitted(await host.admit(url, quick)), bundle.manifest.files[0].sha256);
});

test('an abort while a chunk waits for its next try ends the wait', async () => {
  const bundle = makeBundle(small(), { chunkSize: 4000 });
  const url = server.serve(bundle);
  for (const inside of [true, false]) {
    server.reset();
    server.fault(bundle.chunks[1].path, 'flip');
    const controller = new AbortController();
    const onProgress = ({ chunk }) => {
      if (chunk?.state !== 'retrying') return;
      if (inside) controller.abort();
      else setTimeout(() => controller.abort(), 50);
    };
    await expectCode(soon(admit(url, { retryDelay: 60000, signal: controller.signal, onProgress })), 'cancelled');
  }
});

test('nothing is left listening to a signal, however many chunks were fetched again', async () => {
  const bundle = makeBundle(makeModel({ tensors: { a: [5000] }, seed: 4 }), { chunkSize: 1000 });
  for (const chunk of bundle.chunks) server.fault(chunk.path, 'flip', 1);
  const warnings = [];
  const listen = (warning) => warnings.push(warning.message);
  process.on('warning', listen);
  const { signal } = new AbortController();
  await admit(server.serve(bundle), { ...quick, signal });
  await new Promise((resolve) => {
    setTimeout(resolve, 10);
  });
  process.removeListener('warning', listen);
  assert.deepEqual(warnings, []);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

for (const stage of ['manifest', 'receiving', 'finalizing', 'active']) {
  test(`an exception of onProgress while ${stage} is internal, is not tried again, and leaves the active model`, async () => {
    const bundle = makeBundle(small(8), { chunkSize: 4000 });
    const host = await createHost();
    const active = await host.admit(server.serve(makeBundle(small())), quick);
    server.reset();
    const wrong = new TypeError('a mistake of the page');
    let thrown = 0;
    const onProgress = (event) => {
      if (event.stage !== stage) return;
      thrown++;
      throw wrong;
    };
    const url = server.serve(bundle);
    const error = await expectCode(host.admit(url, { ...quick, parallel: 1, onProgress }), 'internal');
    assert.equal(error.cause, wrong);
    assert.equal(thrown, 1);
    assert.equal(host.active, active);
    assert.equal(active.tensorList().length, 3);
    assert.equal(admitted(await host.admit(url, quick)), bundle.manifest.files[0].sha256);
  });
}

test('what onHeader throws is internal, whatever it is', async () => {
  const url = server.serve(makeBundle(small()));
  for (const wrong of [new DOMException('full', 'QuotaExceededError'), null, 'text']) {
    const onHeader = () => {
      throw wrong;
    };
    const error = await expectCode(admit(url, { ...quick, onHeader }), 'internal');
    assert.equal(error.cause, wrong);
  }
});

test('an abort at the last moment still leaves the active model', async () => {
  const host = await createHost();
  const active = await host.admit(server.serve(makeBundle(small())), quick);
  const url = server.serve(makeBundle(small(8)));
  for (const stage of ['finalizing', 'active']) {
    const controller = new AbortController();
    const onProgress = (event) => {
      if (event.stage === stage) controller.abort();
    };
    await expectCode(host.admit(url, { ...quick, signal: controller.signal, onProgress }), 'cancelled');
    assert.equal(host.active, active);
  }
});

async function until(condition) {
  for (let patience = 500; !condition() && patience > 0; patience--) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  return condition();
}

/** Whether the server heard that `count` requests for chunks were broken off by the client. */
const brokenOff = (count) => until(() => server.chunkRequests().filter(({ ended, sent }) => ended && !sent).length >= count);

test('fetches are ended when the run is cancelled, and when another chunk fails', async () => {
  const bundle = makeBundle(makeModel({ tensors: { large: [1000, 500] }, seed: 5 }), { chunkSize: 400000 });
  const url = server.serve(bundle);
  for (const index of [1, 2, 3]) server.fault(bundle.chunks[index].path, 'stall');
  const controller = new AbortController();
  const running = expectCode(admit(url, { ...quick, signal: controller.signal }), 'cancelled');
  await until(() => server.chunkRequests().length === 4);
  controller.abort();
  await running;
  assert.ok(await brokenOff(3));
  server.reset();
  for (const index of [1, 2]) server.fault(bundle.chunks[index].path, 'stall');
  server.fault(bundle.chunks[3].path, 'missing');
  await expectCode(admit(url, quick), 'http');
  assert.ok(await brokenOff(server.chunkRequests().length - 2)); // all but the header and the one that failed
  server.reset();
  server.fault(bundle.chunks[1].path, 'endless'); // too long, too: the rest is not waited for
  bundle.files.set(bundle.chunks[1].path, Buffer.alloc(bundle.chunks[1].size + 1));
  await expectCode(soon(admit(url, { ...quick, retries: 0 })), 'length');
  assert.ok(await brokenOff(1));
});

test('a chunk that comes slowly, but steadily, is not stalled', async () => {
  const bundle = makeBundle(small(), { chunkSize: 16000 });
  server.fault(bundle.chunks[1].path, 'steady'); // 2.5 s, with nothing for 250 ms at a time
  server.fault('manifest.json', 'steady');
  assert.equal(admitted(await admit(server.serve(bundle), { ...quick, retries: 0, stallTimeout: 2000 })), bundle.manifest.files[0].sha256);
});

for (const fault of ['broken', 'overrun']) {
  test(`a server that is ${fault} for a moment is asked again`, async () => {
    const bundle = makeBundle(small(), { chunkSize: 4000 });
    server.fault(bundle.chunks[1].path, fault, 2);
    assert.equal(admitted(await admit(server.serve(bundle), quick)), bundle.manifest.files[0].sha256);
    const asked = server.requests.filter(({ path }) => path.endsWith(bundle.chunks[1].path));
    assert.equal(asked.length, 3);
  });
}

for (const [fault, status] of [['empty', 204], ['partial', 206], ['missing', 404]]) {
  test(`the status ${status} is the error http, without another try`, async () => {
    const bundle = makeBundle(small(), { chunkSize: 4000 });
    const url = server.serve(bundle);
    for (const path of [bundle.chunks[1].path, 'manifest.json']) {
      server.reset();
      server.fault(path, fault);
      assert.equal((await expectCode(admit(url, quick), 'http')).status, status);
      assert.equal(server.requests.filter(({ path: asked }) => asked.endsWith(path)).length, 1);
    }
  });
}

test('a server that says that the chunk is compressed has it unpacked by the engine', async () => {
  const bundle = makeBundle(small(), { chunkSize: 4000, gzip: true });
  server.fault('.gz', 'encoded');
  assert.equal(admitted(await admit(server.serve(bundle), { ...packed, retries: 0 })), bundle.manifest.files[0].sha256);
  assert.deepEqual(server.requests.filter(({ path }) => path.endsWith('.bin')), []);
});

test('a chunk that was too short is fetched again past the cache', async () => {
  const bundle = makeBundle(small(), { chunkSize: 4000 });
  server.fault(bundle.chunks[1].path, 'short', 1);
  await admit(server.serve(bundle), quick);
  const [, again] = server.requests.filter(({ path }) => path.endsWith(bundle.chunks[1].path));
  assert.equal(again.headers['cache-control'], 'no-cache');
});
