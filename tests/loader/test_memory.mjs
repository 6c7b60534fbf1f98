// What admission costs, measured beside the copy of the whole file that it replaces.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { makeBundle, sha256 } from './bundle.mjs';
import { realModel, tinyLm } from './models.mjs';
import { Server } from './server.mjs';

const loader = path.join(process.env.GGUF_BUILD, 'loader', 'gguf-admission');
const { createHost } = await import(pathToFileURL(path.join(loader, 'gguf-admission.mjs')));
const PAGE = 65536;
const CEILING = 134217728;
const KV = 8388608; // f32, 512 tokens

let server;
before(async () => {
  server = await new Server().start();
});
after(() => server.stop());

const pages = (size) => Math.ceil(size / PAGE) * PAGE;

/** What gguf-estimate says of linear memory when the header was parsed; it needs no more of the file. */
function estimated(model) {
  const tool = path.join(process.env.GGUF_BIN, 'gguf-estimate');
  assert.ok(existsSync(tool), tool);
  const options = ['--strategy', 'chunked', '--runtime', 'admission', '--tokenizer', 'none', '--json', '--ceiling', '16GiB'];
  const output = execFileSync(tool, [...options, '--size', String(model.bytes.length), '-'], {
    input: model.bytes.subarray(0, model.dataOffset),
  });
  const { phases } = JSON.parse(output).files[0].strategies[0];
  return phases.find(({ name }) => name === 'materialise').linear.held;
}

for (const [name, source] of Object.entries({
  'stories260K-f32.gguf': () => realModel('stories260K-f32.gguf'),
  'vocab-deepseek-llm.gguf': () => realModel('vocab-deepseek-llm.gguf'),
  'the TinyLM-16M shape': tinyLm,
})) {
  const model = source();
  test(`linear memory for ${name} is what gguf-estimate says, to the page`, { skip: model ? false : 'no such model here' }, async () => {
    const host = await createHost();
    const admitted = await host.admit(server.serve(makeBundle(model, { chunkSize: 4194304 })));
    const { count } = admitted.tokenizer();
    for (const raw of count > 0 ? [false, true] : []) admitted.findToken(admitted.token(count - 1, { raw }).text, { raw });
    const { linear, buffersPeak, window } = host.memory;
    const estimate = estimated(model);
    assert.ok(Math.abs(linear - estimate) <= PAGE, `${linear} used, ${estimate} estimated`);
    assert.ok(buffersPeak <= 3 * window);
  });
}

/** Today's way: the file as one buffer, copied into linear memory, typed tensors built beside it. */
async function wholeFileCopy(url, tensors) {
  const file = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const memory = new WebAssembly.Memory({ initial: pages(1310720) / PAGE });
  let end = 1310720;
  const allocate = (size) => {
    const at = end;
    end += Math.ceil(size / 16) * 16;
    if (end > memory.buffer.byteLength) memory.grow((pages(end) - memory.buffer.byteLength) / PAGE);
    return at;
  };
  const copy = allocate(file.length);
  new Uint8Array(memory.buffer).set(file, copy);
  for (const { offset, size } of tensors) {
    const at = allocate(size);
    new Uint8Array(memory.buffer).copyWithin(at, copy + offset, copy + offset + size);
  }
  allocate(KV);
  return { js: file.length, linear: memory.buffer.byteLength };
}

test('the TinyLM-16M shape stays under 128 MiB where the copy of the whole file does not', async (context) => {
  const model = tinyLm();
  const bundle = makeBundle(model, { chunkSize: 4194304 });
  const url = server.serve(bundle);
  bundle.files.set('whole.gguf', model.bytes);
  global.gc();
  const probe = process.memoryUsage().arrayBuffers;
  const linearCounts = new WebAssembly.Memory({ initial: 100 }) && process.memoryUsage().arrayBuffers > probe + 50 * PAGE;
  const host = await createHost();
  const before = process.memoryUsage().arrayBuffers - (linearCounts ? host.memory.linear : 0);
  let js = 0;
  // What is alive when a chunk is done; garbage of streams is the engine's to time.
  const sample = ({ chunk }) => {
    if (chunk?.state !== 'verified') return;
    global.gc();
    js = Math.max(js, process.memoryUsage().arrayBuffers - before - (linearCounts ? host.memory.linear : 0));
  };
  const admitted = await host.admit(url, { onProgress: sample });
  assert.equal(sha256(admitted.data()).toString('hex'), bundle.manifest.files[0].sha256);
  const { linear, buffersPeak } = host.memory;
  // A runtime that reads tensors in place adds its KV cache.
  const chunked = pages(linear + KV) + Math.max(buffersPeak, js);
  const copied = await wholeFileCopy(new URL('whole.gguf', url), admitted.tensorList());
  const whole = copied.js + copied.linear;
  context.diagnostic(`chunked ${chunked}, whole-file copy ${whole}, buffers of all kinds ${js} at most`);
  assert.ok(chunked < CEILING, `${chunked} bytes`);
  assert.ok(buffersPeak <= 3 * 1048576);
  assert.ok(whole > 1.5 * CEILING && Math.abs(whole - 213e6) < 3e6, `${whole} bytes`);
});
