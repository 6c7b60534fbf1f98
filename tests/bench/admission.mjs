// admission.mjs [MIB [CHUNK_MIB [ROUNDS]]]: admission in Chromium beside the same fetches with arrayBuffer() and
// crypto.subtle. Both end with every byte verified and in linear memory; prints speeds, the renderer's
// peak memory, and their ratios. Each way runs in a browser of its own, nine times, and the medians count.
// Chromium runs without any debugger, which would keep what passes through it. Before that, what the
// module alone hashes in Node.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const [mebibytes = '256', chunkMebibytes = '16', rounds = '9'] = process.argv.slice(2);
const root = path.resolve(import.meta.dirname, '..', '..');
process.env.GGUF_SOURCE ??= root;
process.env.GGUF_BUILD ??= path.join(root, 'build', 'release');
const { executable, missing, startServer } = await import('../browser/chromium.mjs');
const { makeBundle } = await import('../loader/bundle.mjs');
const { makeModel } = await import('../loader/models.mjs');
const loader = path.join(process.env.GGUF_BUILD, 'loader', 'gguf-admission');
const { createModule, WINDOW } = await import(path.join(loader, 'module.mjs'));
const { parseManifest, planFor } = await import(path.join(loader, 'manifest.mjs'));

const reason = missing();
if (reason) {
  console.log(`skipped: ${reason}`);
  process.exit(77);
}

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const WAYS = {
  nothing: 'async () => {}',
  subtle: `async ({ files: [file] }, base) => {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(file.size / 65536) });
    const queue = [...file.chunks];
    const [header] = queue.splice(0, 1);
    const one = async (chunk) => {
      const response = await fetch(new URL(chunk.path, base), { cache: 'no-store' });
      const bytes = await response.arrayBuffer();
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
      if (hex !== chunk.sha256) throw new Error('other bytes');
      new Uint8Array(memory.buffer).set(new Uint8Array(bytes), chunk.offset);
    };
    await one(header);
    await Promise.all([1, 2, 3].map(async () => { while (queue.length > 0) await one(queue.shift()); }));
    window.kept = memory;
  }`,
  admission: `async (manifest, base) => {
    window.kept = await window.loader.admit(base);
  }`,
};

function page(way, target) {
  return `<!doctype html><script type="module">
    import * as loader from '/loader/gguf-admission/gguf-admission.mjs';
    window.loader = loader;
    const run = ${WAYS[way]};
    try {
      const base = new URL(${JSON.stringify(target)});
      const manifest = await (await fetch(base)).json();
      await loader.createHost(); // compiled before the clock starts
      const start = performance.now();
      await run(manifest, base);
      await fetch('/done?' + (performance.now() - start));
    } catch (error) {
      await fetch('/done?' + encodeURIComponent(error.message));
    }</script>`;
}

/** Proportional memory of the renderer processes below \`pid\`, in bytes. */
function rendererMemory(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  let sum = 0;
  for (const child of children) {
    try {
      sum += rendererMemory(child);
      const renderer = readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('--type=renderer');
      if (renderer) sum += 1024 * Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${child}/status`, 'utf8'))[1]);
      if (renderer) sum += 1024 * Number(/^RssShmem:\s+(\d+)/m.exec(readFileSync(`/proc/${child}/status`, 'utf8'))[1]);
    } catch {
      // it ended meanwhile
    }
  }
  return sum;
}

async function measure(server, way, target) {
  const profile = mkdtempSync(path.join(tmpdir(), 'gguf-bench-'));
  server.pages.set(`/${way}.html`, page(way, target));
  const done = new Promise((resolve) => {
    server.http.on('request', function listen(request) {
      if (!request.url.startsWith('/done?')) return;
      server.http.removeListener('request', listen);
      resolve(decodeURIComponent(request.url.slice(6)));
    });
  });
  const browser = spawn(executable, [...FLAGS, `--user-data-dir=${profile}`, `${server.origin}/${way}.html`], { stdio: 'ignore' });
  let peak = 0;
  const watch = setInterval(() => { peak = Math.max(peak, rendererMemory(browser.pid)); }, 10);
  const milliseconds = Number(await done);
  clearInterval(watch);
  browser.kill('SIGKILL');
  await new Promise((resolve) => { browser.on('exit', resolve); });
  execFileSync('sleep', ['0.3']);
  rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  if (Number.isNaN(milliseconds)) throw new Error(`${way} failed`);
  return { milliseconds, peak };
}

const server = await startServer();
const size = Number(mebibytes) * 1048576;
const bundle = makeBundle(makeModel({ tensors: { payload: [1024, size / 4096] } }), { chunkSize: Number(chunkMebibytes) * 1048576 });
const target = server.serve(bundle);

/** MB/s of one thread over whole windows of chunk `index`, which the host would store. */
async function hashRate(index) {
  const module = await createModule();
  const plan = planFor(parseManifest(bundle.files.get('manifest.json')));
  const chunk = module.open(module.begin({ ...plan, byHost: true }), index);
  const windows = Math.floor(plan.chunks[index].size / WINDOW);
  const start = performance.now();
  for (let i = 0; i < windows; i++) module.call('append', chunk, WINDOW);
  return (windows * WINDOW) / 1e3 / (performance.now() - start);
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const rates = [];
for (let i = 1; i < bundle.manifest.files[0].chunks.length; i++) rates.push(await hashRate(i));
const runs = Object.fromEntries(Object.keys(WAYS).map((way) => [way, []]));
for (let round = 0; round < Number(rounds); round++) {
  for (const way of Object.keys(WAYS)) runs[way].push(await measure(server, way, target));
}
await server.stop();

const mib = (bytes) => (bytes / 1048576).toFixed(0);
const medians = (way) => ({
  milliseconds: median(runs[way].map((run) => run.milliseconds)),
  peak: median(runs[way].map((run) => run.peak)),
});
const idle = medians('nothing').peak;
console.log(`SHA-256 of the module in Node: ${median(rates).toFixed(0)} MB/s`);
for (const way of ['subtle', 'admission']) {
  const { milliseconds, peak } = medians(way);
  console.log(`${way}: ${(size / 1e3 / milliseconds).toFixed(0)} MB/s, renderer peak ${mib(peak)} MiB, ${mib(peak - idle)} MiB above an idle page`);
}
const [subtle, admission] = [medians('subtle'), medians('admission')];
console.log(`ratios: speed ${(subtle.milliseconds / admission.milliseconds).toFixed(2)} (target 0.80), peak ${(admission.peak / subtle.peak).toFixed(2)}, above idle ${((admission.peak - idle) / (subtle.peak - idle)).toFixed(2)} (target 0.75)`);
