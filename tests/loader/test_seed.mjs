// Tables over names in a module whose addresses everybody knows.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { sha256 } from './bundle.mjs';

const directory = path.join(process.env.GGUF_BUILD, 'loader', 'gguf-admission');
const { createModule, Module } = await import(path.join(directory, 'module.mjs'));
const compiled = new WebAssembly.Module(readFileSync(path.join(directory, 'gguf-admission.wasm')));
const COUNT = 16000;
const GOLDEN = 0x9e3779b97f4a7c15n;

const collide = (keys) =>
  execFileSync(path.join(process.env.GGUF_BUILD, 'tests', 'loader_collide'), [COUNT, ...keys].map(String), { maxBuffer: 2 ** 24 });

/** A module that nobody gave a seed: what it would be if all knew what a page knows. */
function seedless() {
  const { exports } = new WebAssembly.Instance(compiled);
  return new Module({ exports: { ...exports, seed: () => 0 } });
}

/** The milliseconds that `module` takes to parse `header`. */
function parse(module, header) {
  const chunk = { offset: 0, size: header.length, sha256: sha256(header) };
  const session = module.begin({
    size: header.length, headerSize: header.length, byHost: false, chunks: [chunk], first: 0, count: 1,
    chunksSha256: sha256(chunk.sha256),
  });
  const handle = module.open(session, 0);
  module.append(handle, header);
  module.close(handle);
  const begin = performance.now();
  module.call('header', session);
  return performance.now() - begin;
}

const fastest = async (make, header) => {
  const times = [];
  for (let i = 0; i < 3; i++) times.push(parse(await make(), header));
  return Math.min(...times);
};

/** The keys of tables in the memory of `module`, which are an address and what it is mixed with. */
function tableKeys(module) {
  const words = new BigUint64Array(module.memory.buffer);
  const keys = [];
  for (let i = 0; i + 1 < words.length; i++) {
    if (words[i] !== 0n && words[i] < BigInt(8 * words.length) && words[i + 1] === (words[i] ^ GOLDEN)) {
      keys.push([words[i], words[i + 1]]);
    }
  }
  return keys;
}

test('names that collide under the key of one page are as fast as others in the next', async () => {
  const benign = collide([0, 0]);
  const known = seedless();
  parse(known, benign);
  const [keys] = tableKeys(known);
  const crafted = collide(keys);
  const usual = await fastest(createModule, benign);
  const slow = await fastest(seedless, crafted);
  assert.ok(slow > 8 * usual, `${slow} ms, ${usual} ms for other names: they do not collide where the key is known`);
  const time = await fastest(createModule, crafted);
  assert.ok(8 * time < slow, `${time} ms, ${slow} ms where the key is known`);
});

test('no two modules have the same keys', async () => {
  const benign = collide([0, 0]);
  const module = await createModule();
  parse(module, benign);
  assert.deepEqual(tableKeys(module), []);
});
