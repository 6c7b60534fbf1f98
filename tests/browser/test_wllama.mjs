// A real client: llama.cpp in WebAssembly takes the model from our store and our shards.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { packBundle } from '../loader/bundle.mjs';
import { realModel } from '../loader/models.mjs';
import { openPage } from './chromium.mjs';
import { browser, server } from './session.mjs';

const model = realModel('stories260K-f32.gguf');
const options = { skip: model ? false : 'no real models here' };

let page;
before(async () => {
  page = await openPage(browser, server);
  // The same sampling and seed for every run.
  await page.evaluate(async () => {
    const { Wllama } = await import('/npm/@wllama/wllama/esm/index.js');
    window.generate = async (source) => {
      const wllama = new Wllama({ default: '/npm/@wllama/wllama/esm/wasm/wllama.wasm' });
      const parameters = { n_ctx: 128, n_threads: 1, seed: 1 };
      if (typeof source === 'string') await wllama.loadModelFromUrl(source, parameters);
      else await wllama.loadModel(source, parameters);
      const { choices } = await wllama.createCompletion({ prompt: 'Once upon a time', max_tokens: 24, temperature: 0, seed: 1 });
      await wllama.exit();
      return choices[0].text;
    };
  });
});

let original;
test('it generates text from the original file', options, async () => {
  server.bundles.set('/original/', { files: new Map([['model.gguf', model.bytes]]) });
  original = await page.evaluate(async () => window.generate([await (await fetch('/original/model.gguf')).blob()]));
  assert.match(original, /[a-z]+ [a-z]+ [a-z]+/);
});

test('it generates the same from the file that admission stored', options, async () => {
  const url = server.serve(packBundle(model, ['--chunk-size', '256KiB', '--gzip']));
  const text = await page.evaluate(async (target) => {
    const stored = await window.loader.admit(target, { sink: 'opfs' });
    return window.generate([stored.data()]);
  }, url);
  assert.equal(text, original);
});

test('it generates the same from a view of linear memory', options, async () => {
  const url = server.serve(packBundle(model, ['--chunk-size', '256KiB']));
  const text = await page.evaluate(async (target) => {
    const admitted = await window.loader.admit(target);
    return window.generate([new Blob([admitted.data()])]);
  }, url);
  assert.equal(text, original);
});

test('it generates the same from shards', options, async () => {
  const { files } = packBundle(model, ['--shards', '400KiB']);
  const shards = [...files.keys()].filter((name) => name.endsWith('.gguf')).sort();
  assert.ok(shards.length > 1);
  server.bundles.set('/shards/', { files });
  const text = await page.evaluate(
    async (names) => window.generate(await Promise.all(names.map(async (name) => new File([await (await fetch(`/shards/${name}`)).blob()], name)))),
    shards,
  );
  assert.equal(text, original);
});

test('it downloads the shards by itself from the name of the first', options, async () => {
  const { files } = packBundle(model, ['--shards', '400KiB']);
  const [first] = [...files.keys()].filter((name) => name.endsWith('.gguf')).sort();
  server.bundles.set('/sharded/', { files });
  const text = await page.evaluate((name) => window.generate(`${location.origin}/sharded/${name}`), first);
  assert.equal(text, original);
});
