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

test('of several files one is chosen', async () => {
  const models = [source, makeModel({ tensors: { other: [900] }, seed: 9 })];
  const bundle = makeBundle(models, { chunkSize: 65536 });
  for (const [name, bytes] of packed().files) if (!bundle.files.has(name)) bundle.files.set(name, bytes);
  await open(bundle);
  await page.locator('#file').selectOption({ label: 'model-9.gguf' });
  await page.locator('#start').click();
  await waitFor('^Active');
  assert.match(await page.locator('#tensors').textContent(), /other/);
});

for (const colorScheme of ['light', 'dark']) {
  test(`texts stand out from the page in a ${colorScheme} scheme`, async () => {
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
      return ['h1', '#summary', '#start', '#cancel', '#status', 'dt', 'dd', 'td', 'th', 'input[type=search]'].map((selector) => {
        const element = document.querySelector(selector);
        const [a, b] = [luminance(getComputedStyle(element).color), luminance(background(element))];
        return { selector, ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
      });
    });
    for (const { selector, ratio } of ratios) assert.ok(ratio >= 4.5, `${selector}: ${ratio}`);
    if (process.env.SCREENSHOT && colorScheme === 'light') {
      await page.setViewportSize({ width: 640, height: 720 }); // docs/admission-demo.png
      writeFileSync(process.env.SCREENSHOT, await page.screenshot());
    }
    assert.equal(await status().then((text) => text.startsWith('Active')), true);
  });
}
