// A real client: llama.cpp in WebAssembly takes the model from our store and our shards.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { makeBundle } from '../loader/bundle.mjs';
import { realModel } from '../loader/models.mjs';
import { launch, openPage, startServer } from './chromium.mjs';

const model = realModel('stories260K-f32.gguf');
const options = { skip: model ? false : 'no real models here' };

let server;
let browser;
let page;
before(async () => {
  server = await startServer();
  browser = await launch();
  page = await openPage(browser, server);
  // The same sampling and seed for every run.
  await page.evaluate(async () => {
    const { Wllama } = await import('/npm/@wllama/wllama/esm/index.js');
    window.generate = async (blobs) => {
      const wllama = new Wllama({ default: '/npm/@wllama/wllama/esm/wasm/wllama.wasm' });
      await wllama.loadModel(blobs, { n_ctx: 128, n_threads: 1, seed: 1 });
      const { choices } = await wllama.createCompletion({ prompt: 'Once upon a time', max_tokens: 24, temperature: 0, seed: 1 });
      await wllama.exit();
      return choices[0].text;
    };
  });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

let original;
test('it generates text from the original file', options, async () => {
  server.bundles.set('/original/', { files: new Map([['model.gguf', model.bytes]]) });
  original = await page.evaluate(async () => window.generate([await (await fetch('/original/model.gguf')).blob()]));
  assert.match(original, /[a-z]+ [a-z]+ [a-z]+/);
});

test('it generates the same from the file that admission stored', options, async () => {
  const url = server.serve(makeBundle(model, { chunkSize: 200000, headerChunks: 2, gzip: true }));
  const text = await page.evaluate(async (target) => {
    const stored = await window.loader.admit(target, { sink: 'opfs' });
    return window.generate([stored.data()]);
  }, url);
  assert.equal(text, original);
});

test('it generates the same from a view of linear memory', options, async () => {
  const url = server.serve(makeBundle(model, { chunkSize: 200000 }));
  const text = await page.evaluate(async (target) => {
    const admitted = await window.loader.admit(target);
    return window.generate([new Blob([admitted.data()])]);
  }, url);
  assert.equal(text, original);
});

const bundler = path.join(process.env.GGUF_BIN, 'gguf-bundle');
test('it generates the same from shards', { skip: options.skip || (existsSync(bundler) ? false : 'no gguf-bundle here') }, async () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'gguf-shards-'));
  try {
    writeFileSync(path.join(scratch, 'model.gguf'), model.bytes);
    execFileSync(bundler, ['create', path.join(scratch, 'model.gguf'), '-o', path.join(scratch, 'out'), '--shards', '400KiB', '--quiet']);
    const shards = readdirSync(path.join(scratch, 'out')).filter((name) => name.endsWith('.gguf')).sort();
    assert.ok(shards.length > 1);
    server.bundles.set('/shards/', { files: new Map(shards.map((name) => [name, readFileSync(path.join(scratch, 'out', name))])) });
    const text = await page.evaluate(
      async (names) => window.generate(await Promise.all(names.map(async (name) => (await fetch(`/shards/${name}`)).blob()))),
      shards,
    );
    assert.equal(text, original);
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
