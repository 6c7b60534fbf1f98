// What every test in Node has: the loader that was built, a server of its own, and how failures are told.
import assert from 'node:assert/strict';
import { after, beforeEach } from 'node:test';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { sha256 } from './bundle.mjs';
import { makeModel } from './models.mjs';
import { Server } from './server.mjs';

export const loader = path.join(process.env.GGUF_BUILD, 'loader', 'gguf-admission');
export const { admit, createHost, removeStored, storedModels, AdmissionError } =
  await import(pathToFileURL(path.join(loader, 'gguf-admission.mjs')));

export const server = await new Server().start();
after(() => server.stop());
beforeEach(() => server.reset());

export const quick = { retryDelay: 1 };
export const small = (seed = 3) => makeModel({ tensors: { first: [64, 50], second: [1000], third: [33, 7] }, seed });

/** The digest of the model that was admitted. */
export const admitted = (model) => sha256(model.data()).toString('hex');

export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('it was admitted');
}

export async function expectCode(promise, code) {
  const error = await failure(promise);
  assert.equal(error.code, code, error.stack);
  assert.ok(error instanceof AdmissionError);
  return error;
}
