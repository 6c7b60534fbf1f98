// The module for 64-bit memories, which Chromium has.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { makeBundle } from '../loader/bundle.mjs';
import { makeModel, realModel } from '../loader/models.mjs';
import { openPage } from './chromium.mjs';
import { browser, server } from './session.mjs';

const wide = path.join(process.env.GGUF_BUILD, 'loader', 'gguf-admission', 'gguf-admission-64.wasm');
const skip = existsSync(wide) ? false : 'built without LIBGGUF_WASM64';

test('it admits and reads models as the one for 32 bits does', { skip }, async () => {
  const page = await openPage(browser, server);
  for (const model of [realModel('stories260K-Q4_K_M.gguf'), makeModel({ tensors: { a: [5000], b: [40, 9] } })]) {
    if (!model) continue;
    const bundle = makeBundle(model, { chunkSize: 100000, headerChunks: 2 });
    const url = server.serve(bundle);
    const read = (module) => page.evaluate(async ([target, location]) => {
      window.host = await window.loader.createHost({ module: location });
      const { sha256, code } = await window.attempt(target);
      return {
        sha256, code,
        metadata: window.model.metadata(),
        tensors: window.model.tensorList(),
        tokens: window.model.get('tokenizer.ggml.tokens'),
        token: window.model.token(2),
        tensor: await window.sha256(window.model.tensor(window.model.tensorList()[1].name)),
        missing: (() => { try { return window.model.tensorInfo('nothing'); } catch (error) { return error.code; } })(),
      };
    }, [url, module]);
    const narrow = await read('/loader/gguf-admission/gguf-admission.wasm');
    assert.equal(narrow.sha256, bundle.manifest.files[0].sha256);
    assert.deepEqual(await read('/loader/gguf-admission/gguf-admission-64.wasm'), narrow);
  }
});
