// A page of its own for every test, and admissions in it.
import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';

import { makeModel } from '../loader/models.mjs';
import { openPage } from './chromium.mjs';
import { browser, server } from './session.mjs';

export const small = (seed = 3) => makeModel({ tensors: { first: [64, 50], second: [1000], third: [33, 7] }, seed });

export let page;

beforeEach(async () => {
  await page?.context().close();
  server.reset();
  page = await openPage(browser, server);
});

/** Another tab in the place of the one that there is: nothing is left but what was stored. */
export async function newTab() {
  const context = page.context();
  await page.close();
  page = await openPage({ newContext: async () => context }, server);
}

export const attempt = (url, options = {}) => page.evaluate(([u, o]) => window.attempt(u, o), [url, options]);

export async function expectAdmitted(bundle, url, options) {
  const result = await attempt(url, options);
  assert.equal(result.sha256, bundle.manifest.files[0].sha256, result.stack);
  return result;
}

export async function expectCode(url, options, code) {
  const result = await attempt(url, options);
  assert.equal(result.code, code, result.stack ?? 'it was admitted');
  return result;
}
