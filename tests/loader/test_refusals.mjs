// What the loader refuses before it fetches: options, keys, manifests, modules; and indices later.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { makeBundle, rewrite, signBundle } from './bundle.mjs';
import { makeModel } from './models.mjs';
import { admit, admitted, createHost, expectCode, loader, quick, removeStored, server, small, storedModels } from './session.mjs';

test('an option that is undefined is one that is not given', async () => {
  const bundle = makeBundle(small(), { chunkSize: 4000 });
  const url = server.serve(bundle);
  for (const name of ['parallel', 'sink', 'gzip', 'retries', 'stallTimeout', 'signal', 'onProgress', 'onHeader', 'file', 'publicKey', 'module']) {
    server.reset();
    server.fault(bundle.chunks[1].path, 'flip', 2);
    assert.equal(admitted(await admit(url, { ...quick, [name]: undefined })), bundle.manifest.files[0].sha256, name);
  }
  server.reset();
  server.fault(bundle.chunks[1].path, 'flip');
  await expectCode(admit(url, { ...quick, retries: undefined }), 'corrupt');
  assert.equal(server.requests.filter(({ path: asked }) => asked.endsWith(bundle.chunks[1].path)).length, 3);
});

test('an option that is no number where it must be one is refused', async () => {
  const url = server.serve(makeBundle(small()));
  for (const name of ['parallel', 'retries', 'retryDelay', 'stallTimeout']) {
    for (const value of [NaN, -1, 'many', {}]) {
      const error = await expectCode(admit(url, { [name]: value }), 'range');
      assert.match(error.message, new RegExp(name));
    }
  }
  assert.equal(server.requests.length, 0);
  for (const options of [{ parallel: 0 }, { parallel: 2.5 }, { parallel: 1000 }, { stallTimeout: Infinity }, { retries: Infinity }]) {
    await admit(url, { ...quick, ...options });
  }
  await expectCode(admit(url, { sink: 'disk' }), 'state');
});

test('a URL that is none is refused', async () => {
  for (const url of ['manifest.json', 'http://[', undefined]) await expectCode(admit(url), 'state');
});

for (const climb of [' /escaped.bin', ' ../escaped.bin', 'x/.. ', '.. /x', '\u00a0../x', 'chunks/ ../x', '~/x', '@host/x']) {
  test(`the path ${JSON.stringify(climb)} stays below the manifest`, async () => {
    const bundle = makeBundle(small());
    bundle.files.set(climb, bundle.files.get(bundle.chunks[0].path));
    bundle.chunks[0].path = climb;
    rewrite(bundle);
    const url = server.serve(bundle);
    await admit(url, { ...quick, retries: 0 });
    const prefix = new URL('.', url).pathname;
    assert.deepEqual(server.requests.filter(({ path: asked }) => !asked.startsWith(prefix)), []);
    assert.equal(server.requests[1].path, prefix + climb);
  });
}

const first = (change) => (manifest) => change(manifest.files[0].chunks[0]);
const withPath = (bad) => first((chunk) => { chunk.path = bad; });
const lies = {
  ...Object.fromEntries(
    [' ../../x', '%2e%2e/x', 'x/%2e%2e/%2e%2e/y', '..\\x', 'x\\..\\..\\y', '..', '.', './x', 'x//y', '/x', 'x/', '', 'x?y', 'x#y', 'a:b', 'a\u0001b', 'a\u0085b', 'a\ud800b', 7, 'x'.repeat(4097)]
      .map((bad) => [`the path ${JSON.stringify(bad).slice(0, 30)}`, withPath(bad)]),
  ),
  'a path without integrity': first((chunk) => { delete chunk.integrity; }),
  'no path': first((chunk) => { delete chunk.path; }),
  'an unknown member': (manifest) => { manifest.surprise = 1; },
  'an unknown member of a file': (manifest) => { manifest.files[0].surprise = 1; },
  'an unknown member of gguf': (manifest) => { manifest.files[0].gguf.surprise = 1; },
  'an unknown member of a chunk': first((chunk) => { chunk.surprise = 1; }),
  'an unknown member of a variant': first((chunk) => { chunk.gzip = { path: 'x', size: 1, sha256: '0'.repeat(64), surprise: 1 }; }),
  'the file name ..': (manifest) => { manifest.files[0].name = '..'; },
  'a file name with a directory': (manifest) => { manifest.files[0].name = 'a/b'; },
  'no file name': (manifest) => { delete manifest.files[0].name; },
  'two file names': (manifest) => { manifest.files[0].name_hex = '61'; },
  'a file name of half a byte': (manifest) => { manifest.files[0].name_hex = 'f'; delete manifest.files[0].name; },
  'an unknown role': first((chunk) => { chunk.role = 'weights'; }),
};
for (const [what, change] of Object.entries(lies)) {
  test(`a manifest with ${what} is refused`, async () => {
    const bundle = makeBundle(small(), { chunkSize: 5000 });
    change(bundle.manifest);
    rewrite(bundle);
    await expectCode(admit(server.serve(bundle), quick), 'manifest');
    assert.equal(server.requests.length, 1);
  });
}

test('two files of one name are refused, and a name in hexadecimal is one', async () => {
  const bundle = makeBundle([small(3), small(8)]);
  const url = server.serve(bundle);
  bundle.manifest.files[1].name = bundle.manifest.files[0].name;
  rewrite(bundle);
  await expectCode(admit(url, { ...quick, file: 0 }), 'manifest');
  delete bundle.manifest.files[1].name;
  bundle.manifest.files[1].name_hex = 'ff';
  rewrite(bundle);
  assert.equal(admitted(await admit(url, { ...quick, file: 'ff' })), bundle.manifest.files[1].sha256);
});

test('a manifest above 64 MiB is refused while it comes', async () => {
  const bundle = makeBundle(small());
  bundle.files.set('manifest.json', Buffer.alloc(67108864 + 65536, ' '));
  const error = await expectCode(admit(server.serve(bundle), quick), 'manifest');
  assert.match(error.message, /larger than 67108864 bytes/);
});

for (const [fault, code] of Object.entries({ missing: 'signature', gone: 'signature', html: 'signature', large: 'signature', broken: 'http', overrun: 'http', refuse: 'offline', drop: 'dropped' })) {
  test(`a signature that is ${fault} on the server is the error ${code}`, async () => {
    const bundle = makeBundle(small());
    const publicKey = signBundle(bundle);
    const url = server.serve(bundle);
    server.fault('manifest.json.sig', fault);
    await expectCode(admit(url, { ...quick, publicKey }), code);
    assert.equal(server.chunkRequests().length, 0);
  });
}

test('a public key is taken in each of its forms', async () => {
  const bundle = makeBundle(small());
  const url = server.serve(bundle);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  bundle.files.set('manifest.json.sig', sign(null, bundle.files.get('manifest.json'), privateKey));
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const raw = new Uint8Array(der.subarray(-32));
  const jwk = publicKey.export({ format: 'jwk' });
  const forms = {
    'an ArrayBuffer': new Uint8Array(der).buffer,
    'a DataView': new DataView(der.buffer, der.byteOffset, der.length),
    bytes: der,
    base64: der.toString('base64'),
    'raw bytes': raw,
    'raw base64': Buffer.from(raw).toString('base64'),
    'a JWK': jwk,
    'a JWK with its use': { ...jwk, use: 'sig', key_ops: ['verify'] },
    PEM: publicKey.export({ type: 'spki', format: 'pem' }),
    'PEM of DOS': publicKey.export({ type: 'spki', format: 'pem' }).replace(/\n/g, '\r\n'),
    'a CryptoKey': await webcrypto.subtle.importKey('spki', der, { name: 'Ed25519' }, true, ['verify']),
  };
  for (const [what, key] of Object.entries(forms)) {
    await admit(url, { ...quick, publicKey: key }).catch((error) => assert.fail(`${what}: ${error.message}`));
  }
  const changed = raw.slice();
  changed[5] ^= 1;
  const code = await admit(url, { ...quick, publicKey: changed }).then(() => 'admitted', (error) => error.code);
  assert.match(code, /^(signature|key)$/);
});

test('P-256 signatures with short numbers are read, and its JWK', async () => {
  const bundle = makeBundle(small());
  const url = server.serve(bundle);
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let signature;
  do signature = sign('sha256', bundle.files.get('manifest.json'), privateKey);
  while (signature[3] >= 32 && signature[5 + signature[3]] >= 32);
  bundle.files.set('manifest.json.sig', signature);
  await admit(url, { ...quick, publicKey: publicKey.export({ format: 'jwk' }) });
});

test('a key of another kind is the error key', async () => {
  const bundle = makeBundle(small());
  const url = server.serve(bundle);
  signBundle(bundle);
  const { subtle } = webcrypto;
  const make = (algorithm, usages = ['sign', 'verify']) => subtle.generateKey(algorithm, true, usages);
  const rsa = await make({ name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' });
  const keys = {
    RSA: rsa.publicKey,
    'P-384': (await make({ name: 'ECDSA', namedCurve: 'P-384' })).publicKey,
    'a private key': (await make({ name: 'Ed25519' })).privateKey,
    'a key for ECDH': (await make({ name: 'ECDH', namedCurve: 'P-256' }, ['deriveBits'])).publicKey,
    'a JWK of RSA': await subtle.exportKey('jwk', rsa.publicKey),
    'bytes of RSA': await subtle.exportKey('spki', rsa.publicKey),
    null: null,
    'an object': {},
    'a number': 7,
  };
  for (const [what, publicKey] of Object.entries(keys)) {
    const error = await admit(url, { ...quick, publicKey }).then(() => ({}), (thrown) => thrown);
    assert.equal(error.code, 'key', `${what}: ${error.stack}`);
  }
});

test('a module that is none is the error module', async () => {
  const other = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  for (const module of [new Uint8Array([1, 2, 3]), new Uint8Array(), null, 7, other, `${server.origin}/none.wasm`, 'http://[', 'file:///none.wasm']) {
    await expectCode(createHost({ module }), 'module');
  }
  const bytes = readFileSync(path.join(loader, 'gguf-admission.wasm'));
  for (const module of [bytes, new WebAssembly.Module(bytes)]) await createHost({ module });
  server.bundles.set('/loader/', { files: new Map([['a.wasm', bytes]]) });
  server.fault('a.wasm', 'missing', 1);
  assert.equal((await expectCode(createHost({ module: `${server.origin}/loader/a.wasm` }), 'module')).status, 404);
  await createHost({ module: `${server.origin}/loader/a.wasm` });
});

test('without a file system of the origin, what is stored cannot be asked for', async () => {
  await expectCode(storedModels(), 'unsupported');
  await expectCode(removeStored(), 'unsupported');
});

test('indices that are none, or do not fit 32 bits, are not found', async () => {
  const model = await admit(server.serve(makeBundle(small())), quick);
  for (const bad of [2 ** 32, 2 ** 32 + 1, -1, -(2 ** 32), 0.5, NaN, Infinity, undefined, '1']) {
    assert.throws(() => model.token(bad), { code: 'not-found' }, String(bad));
    assert.throws(() => model.array({ index: bad }), { code: 'not-found' }, String(bad));
    if (bad !== undefined) assert.throws(() => model.array('tokenizer.ggml.tokens', bad), { code: 'not-found' }, String(bad));
  }
  assert.deepEqual(model.array('tokenizer.ggml.tokens', 3), []);
  assert.deepEqual(model.array('tokenizer.ggml.tokens', 2 ** 32 - 1), []);
});

test('integers are numbers up to 2^53 - 1 either way, and bigints beyond', async () => {
  const values = [-(2n ** 63n), -(2n ** 53n), -(2n ** 53n) + 1n, -1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n];
  const extra = values.map((value, i) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return [`test.${i}`, 11, bytes];
  });
  const model = await admit(server.serve(makeBundle(makeModel({ tensors: { a: [8] }, extra }))), quick);
  for (const [i, value] of values.entries()) {
    const exact = Number.isSafeInteger(Number(value));
    assert.equal(model.get(`test.${i}`), exact ? Number(value) : value);
  }
});
