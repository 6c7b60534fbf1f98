// What every test in a browser has: a server of its own and a Chromium, from the first test to the last.
import { after } from 'node:test';

import { launch, startServer } from './chromium.mjs';

export const server = await startServer();
export const browser = await launch();

after(async () => {
  await browser.close();
  await server.stop();
});
