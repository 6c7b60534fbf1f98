// The page that comes with a bundle, used with the keyboard alone.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { writeFileSync } from 'node:fs';

import { makeBundle, packBundle } from '../loader/bundle.mjs';
import { makeModel, realModel } from '../loader/models.mjs';
import { browser, server } from './session.mjs';

const source = realModel('stories260K-Q4_K_M.gguf') ?? makeModel({ tensors: { first: [640, 50], second: [1000] }, seed: 2 });

const packed = (chunkSize = '64KiB') => packBundle(source, ['--with-loader', '--chunk-size', chunkSize]);

let page;
let asked;

async function open(bundle, options = {}) {
  const url = new URL('index.html', server.serve(bundle)).href;
  const context = await browser.newContext({ viewport: { width: 900, height: 1000 }, ...options });
  page = await context.newPage();
  asked = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('pageerror', (error) => asked.push(`error: ${error.message}`));
  await page.goto(url);
  await page.waitForSelector('#start:enabled');
  return url;
}

beforeEach(async () => {
  await page?.context().close();
  server.reset();
});

const status = () => page.locator('#status').textContent();
const waitFor = (pattern) => page.waitForFunction((text) => new RegExp(text).test(document.getElementById('status').textContent), pattern);

test('it loads the model, shows what it is, and asks nobody else', async () => {
  const bundle = packed();
  const url = await open(bundle);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await waitFor('^Active');
  assert.equal(await page.locator('#chunks li.verified').count(), bundle.chunks.length);
  assert.ok(Number(await page.locator('#tensors tr').count()) > 1);
  assert.match(await page.locator('#facts').textContent(), /llama/);
  assert.match(await page.locator('#memory').textContent(), /estimated/);
  const { origin } = new URL(url);
  assert.deepEqual(asked.filter((each) => !each.startsWith(origin)), []);
  await page.locator('#filter').fill('no such tensor');
  assert.equal(await page.locator('#tensors tr').count(), 0);
});

test('the summary is there while the rest is on its way, and Cancel stops it', async () => {
  const bundle = packed();
  await open(bundle);
  for (const chunk of bundle.chunks.slice(1)) server.fault(chunk.path, 'stall');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#details:not([hidden])');
  assert.match(await page.locator('#summary').textContent(), /GGUF version 3/);
  assert.ok((await page.locator('#chunks li.verified').count()) < bundle.chunks.length);
  await page.locator('#cancel').focus();
  await page.keyboard.press('Enter');
  await waitFor('^Cancelled');
  assert.equal(await page.locator('#start').isEnabled(), true);
});

test('a download that was kept is resumed', async () => {
  const bundle = packed();
  await open(bundle);
  server.fault(bundle.chunks[3].path, 'missing');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.locator('#start').focus();
  await page.keyboard.press('Enter');
  await waitFor('404');
  assert.equal(await page.locator('#start').textContent(), 'Resume');
  server.reset();
  await page.keyboard.press('Enter');
  await waitFor('^Active');
  assert.ok(server.chunkRequests().length < bundle.chunks.length);
});

test('a content security policy of its own origin is enough', async () => {
  const bundle = packed();
  server.headers = { 'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'" };
  try {
    await open(bundle);
    await page.locator('#store').check();
    await page.locator('#start').click();
    await waitFor('^Active');
  } finally {
    server.headers = {};
  }
});

/** A bundle of the test's own with the page of a real one. */
function withPage(bundle) {
  for (const [name, bytes] of packed().files) if (!bundle.files.has(name)) bundle.files.set(name, bytes);
  return bundle;
}

test('of several files one is chosen', async () => {
  const models = [source, makeModel({ tensors: { other: [900] }, seed: 9 })];
  await open(withPage(makeBundle(models, { chunkSize: 65536 })));
  await page.locator('#file').selectOption({ label: 'model-9.gguf' });
  await page.locator('#start').click();
  await waitFor('^Active');
  assert.match(await page.locator('#tensors').textContent(), /other/);
});

test('a manifest that stalls does not keep anyone from trying, nor from cancelling', async () => {
  const bundle = packed();
  server.fault('manifest.json', 'silent', 2);
  await open(bundle);
  await page.locator('#start').click();
  await waitFor('manifest');
  await page.locator('#cancel').click();
  await waitFor('^Cancelled');
  await page.locator('#start').click();
  await waitFor('^Active');
});

test('a module that stalls does not keep anyone from cancelling, nor from trying again', async () => {
  const bundle = packed();
  await open(bundle);
  server.fault('gguf-admission.wasm', 'silent', 1);
  await page.locator('#start').click();
  await waitFor('module');
  await page.locator('#cancel').click();
  await waitFor('^Cancelled');
  await page.locator('#start').click();
  await waitFor('^Active');
});

test('while it loads, the focus stays where someone put it, and what cannot be changed is disabled', async () => {
  const bundle = packed();
  await open(bundle);
  for (const chunk of bundle.chunks.slice(1)) server.fault(chunk.path, 'slow', 1);
  await page.locator('#start').focus();
  await page.keyboard.press('Enter');
  const focused = () => page.evaluate(() => document.activeElement.id);
  assert.equal(await focused(), 'cancel');
  await page.waitForSelector('#details:not([hidden])');
  await page.locator('#filter').focus();
  for (const id of ['start', 'file', 'store']) assert.equal(await page.locator(`#${id}`).isDisabled(), true, id);
  await waitFor('^Active');
  assert.equal(await focused(), 'filter');
  for (const id of ['start', 'file', 'store']) assert.equal(await page.locator(`#${id}`).isDisabled(), false, id);
  await page.locator('#start').focus();
  await page.keyboard.press('Enter');
  await waitFor('^Active');
  await page.waitForSelector('#start:enabled');
  assert.equal(await focused(), 'start');
});

test('the state of a chunk is in words, and what is read out changes with the stage only', async () => {
  const bundle = packed();
  await open(bundle);
  server.fault(bundle.chunks[1].path, 'broken', 1);
  for (const chunk of bundle.chunks.slice(1)) server.fault(chunk.path, 'slow', 1);
  await page.evaluate(() => {
    window.said = [];
    new MutationObserver(() => window.said.push(document.getElementById('status').textContent))
      .observe(document.getElementById('status'), { childList: true, characterData: true, subtree: true });
    window.states = new Set();
    new MutationObserver(() => window.states.add(document.querySelector('#chunks li:nth-child(2)')?.textContent))
      .observe(document.getElementById('chunks'), { childList: true, subtree: true });
  });
  await page.locator('#start').click();
  await waitFor('^Active');
  assert.deepEqual(await page.evaluate(() => window.said.map((text) => text.split(' ')[0])), ['Loading', 'Asking', 'Receiving.', 'Checking', 'Active:']);
  const states = await page.evaluate(() => [...window.states].join('; '));
  for (const state of ['receiving', '!chunk 1, .*, retrying', '✓chunk 1, .*, verified']) assert.match(states, new RegExp(state));
  assert.match(await page.locator('#numbers').textContent(), /verified.*\/s$/);
});

test('names and metadata are shown as text, whatever they hold and however long they are', async () => {
  const evil = '<img src=x onerror=alert(1)>';
  const long = Buffer.alloc(1200000, 'A');
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(long.length));
  const model = makeModel({
    tensors: { [evil]: [64, 50], b: [10] },
    extra: [
      ['llama.context_length', 9, Buffer.concat([Buffer.from([8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]), size, long])],
      ['llama.embedding_length', 8, Buffer.concat([size, long])],
    ],
  });
  model.name = '<img src=x onerror=alert(2)>';
  await open(withPage(makeBundle([model, makeModel({ tensors: { b: [10] }, seed: 9 })])));
  page.on('dialog', (dialog) => {
    asked.push(`error: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.locator('#file').selectOption({ index: 0 });
  await page.locator('#start').click();
  await waitFor('^Active');
  assert.equal(await page.locator('img').count(), 0);
  assert.match(await page.locator('#tensors').textContent(), /<img src=x onerror=alert\(1\)>/);
  assert.match(await page.locator('#summary').textContent(), /alert\(2\)/);
  assert.ok((await page.locator('#facts').textContent()).length < 2000);
  assert.deepEqual(asked.filter((each) => each.startsWith('error')), []);
});

async function linear() {
  const [, used, estimated] = /linear memory([\d.]+) MiB, estimated ([\d.]+) MiB/.exec(await page.locator('#memory').textContent());
  return { used: Number(used), estimated: Number(estimated) };
}

test('the memory of a model whose header ends inside a chunk is estimated with that chunk', async () => {
  await open(packBundle(makeModel({ tensors: { large: [1000, 2000] }, seed: 6 }), ['--with-loader', '--cut', 'fixed', '--chunk-size', '4MiB']));
  await page.locator('#store').check();
  await page.locator('#start').click();
  await waitFor('^Active');
  const { used, estimated } = await linear();
  assert.ok(used > 5 && used < 6 && Math.abs(used - estimated) <= 0.07, `${used} MiB used, ${estimated} estimated`);
});

test('the memory that is shown is that of this load, not of a larger one before', async () => {
  await open(withPage(makeBundle(makeModel({ tensors: { large: [1000, 1000] }, seed: 6 }), { chunkSize: 1000000 })));
  for (const store of [false, true, false]) {
    await page.locator('#store').setChecked(store);
    await page.locator('#start').click();
    await waitFor('^Active');
    await page.waitForSelector('#start:enabled');
    const { used, estimated } = await linear();
    assert.ok(Math.abs(used - estimated) <= 0.07, `${used} MiB used, ${estimated} estimated`);
    assert.equal(used > 4, !store);
  }
});

for (const colorScheme of ['light', 'dark']) {
  test(`texts and the borders of controls stand out from the page in a ${colorScheme} scheme`, async () => {
    await open(packed(), { colorScheme });
    await page.locator('#start').click();
    await waitFor('^Active');
    const ratios = await page.evaluate(() => {
      const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
      const luminance = (color) => {
        const [r, g, b] = color.match(/[\d.]+/g).map((part) => channel(Number(part) / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const background = (element) => {
        for (let at = element; at; at = at.parentElement) {
          const color = getComputedStyle(at).backgroundColor;
          if (!/rgba\(.*, 0\)/.test(color)) return color;
        }
        return 'rgb(255, 255, 255)';
      };
      const ratio = (one, other) => {
        const [a, b] = [luminance(one), luminance(other)];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      };
      const borders = ['#start', '#cancel', '#file', '#filter'].map((selector) => {
        const element = document.querySelector(selector);
        return { selector: `border of ${selector}`, least: 3, ratio: ratio(getComputedStyle(element).borderTopColor, background(element.parentElement)) };
      });
      return ['h1', '#summary', '#start', '#cancel', '#status', 'dt', 'dd', 'td', 'th', 'input[type=search]'].map((selector) => {
        const element = document.querySelector(selector);
        return { selector, least: 4.5, ratio: ratio(getComputedStyle(element).color, background(element)) };
      }).concat(borders);
    });
    for (const { selector, least, ratio } of ratios) assert.ok(ratio >= least, `${selector}: ${ratio}`);
    if (process.env.SCREENSHOT && colorScheme === 'light') {
      await page.setViewportSize({ width: 640, height: 720 }); // docs/admission-demo.png
      writeFileSync(process.env.SCREENSHOT, await page.screenshot());
    }
    assert.equal(await status().then((text) => text.startsWith('Active')), true);
  });
}
