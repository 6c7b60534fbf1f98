// llama-cpp-loads.mjs DIRECTORY: has llama.cpp, as built into wllama, load every .gguf file of the
// directory in Chromium, and prints "NAME loads" or "NAME refused".
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const packages = join(dirname(fileURLToPath(import.meta.url)), "node_modules");
const models = process.argv[2];
const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const browserPath = browsers.find(existsSync);
if (!browserPath) {
  console.error("skipped: no Chromium");
  process.exit(77);
}

const types = { ".js": "text/javascript", ".wasm": "application/wasm" };
const server = createServer((request, response) => {
  const [, root, ...rest] = decodeURI(request.url).split("/");
  if (root === "") {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>models</title>");
    return;
  }
  const path = join(root === "packages" ? packages : models, ...rest);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    response.statusCode = 404;
    response.end();
    return;
  }
  response.setHeader("content-type", types[extname(path)] ?? "application/octet-stream");
  response.end(readFileSync(path));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

// A model that was refused leaves an instance that knows of no layers.
async function loads(name) {
  const { Wllama } = await import("/packages/@wllama/wllama/esm/index.js");
  const wllama = new Wllama({ default: "/packages/@wllama/wllama/esm/wasm/wllama.wasm" });
  try {
    const file = await (await fetch(`/models/${name}`)).blob();
    await wllama.loadModel([file], { n_ctx: 64, n_threads: 1 });
    return wllama.getModelMetadata().hparams.nLayer > 0;
  } catch {
    return false;
  } finally {
    await wllama.exit().catch(() => {});
  }
}

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const page = await browser.newPage();
await page.goto(`${origin}/`);
const names = readdirSync(models).filter((entry) => entry.endsWith(".gguf")).sort();
const verdicts = new Map();
const waiting = [...names];
async function worker() {
  for (let name = waiting.shift(); name; name = waiting.shift()) {
    verdicts.set(name, await page.evaluate(loads, name));
  }
}
await Promise.all(Array.from({ length: 4 }, worker));
for (const name of names) {
  console.log(`${name.slice(0, -5)} ${verdicts.get(name) ? "loads" : "refused"}`);
}
await browser.close();
server.close();
