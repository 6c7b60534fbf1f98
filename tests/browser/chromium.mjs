// Debian's Chromium through playwright-core, and the server that its pages come from.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { Server } from '../loader/server.mjs';

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

export const source = process.env.GGUF_SOURCE;
export const loader = path.join(process.env.GGUF_BUILD, 'loader');
const modules = path.join(source, 'tests', 'npm', 'node_modules');

export const executable = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** Why these tests cannot run here, or false. */
export function missing() {
  if (!executable) return 'no Chromium';
  if (!existsSync(path.join(modules, 'playwright-core'))) return 'no playwright-core: run tools/setup.sh test';
  return false;
}

/** A server with the loader at /loader/, npm's packages at /npm/, and an empty page that has the loader's exports. */
export async function startServer() {
  const server = await new Server().start();
  server.folders.set('/loader/', loader);
  server.folders.set('/npm/', modules);
  server.pages.set(
    '/page.html',
    `<!doctype html><title>test</title><script type="module">
     import * as loader from '/loader/gguf-admission/gguf-admission.mjs';
     Object.assign(window, { loader, ready: true });</script>`,
  );
  return server;
}

export async function launch() {
  const { chromium } = createRequire(path.join(modules, 'x.js'))('playwright-core');
  return chromium.launch({ executablePath: executable, args: FLAGS, headless: true });
}

/** A page of a fresh profile on the server's empty page. */
export async function openPage(browser, server) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${server.origin}/page.html`);
  await page.waitForFunction(() => window.ready);
  // The functions that tests call inside the page.
  await page.evaluate(() => {
    const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
    window.sha256 = async (data) => {
      const bytes = data instanceof Blob ? await data.arrayBuffer() : data.slice();
      return hex(await crypto.subtle.digest('SHA-256', bytes));
    };
    window.host = undefined;
    /** Admits and tells what came of it in a form that travels. */
    window.attempt = async (url, options = {}) => {
      window.host ??= await window.loader.createHost();
      window.events = [];
      try {
        const model = await window.host.admit(url, {
          retryDelay: 1, ...options,
          onProgress: (event) => window.events.push(event),
          onHeader: (header) => { window.header = header; window.eventsBeforeHeader = window.events.length; },
        });
        window.model = model;
        return { sha256: await window.sha256(model.data()), memory: window.host.memory };
      } catch (error) {
        return { code: error.code ?? 'none', message: error.message, stack: error.stack, active: window.host.active?.name ?? null };
      }
    };
  });
  return page;
}
