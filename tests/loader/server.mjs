// A loopback server for bundles that can misbehave on demand, and counts what it was asked for.
import { createReadStream, existsSync, statSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.mjs': 'text/javascript', '.js': 'text/javascript', '.json': 'application/json',
  '.wasm': 'application/wasm',
};

const send = (response, bytes, headers = {}) => {
  response.writeHead(200, { 'Content-Length': bytes.length, 'Content-Type': 'application/octet-stream', ...headers });
  response.end(bytes);
};

const half = (bytes) => bytes.subarray(0, Math.ceil(bytes.length / 2));

function inTenths(response, bytes, milliseconds) {
  const step = Math.ceil(bytes.length / 10);
  let at = 0;
  response.writeHead(200, { 'Content-Length': bytes.length });
  const timer = setInterval(() => {
    response.write(bytes.subarray(at, at + step));
    at += step;
    if (at < bytes.length) return;
    clearInterval(timer);
    response.end();
  }, milliseconds);
  response.on('close', () => clearInterval(timer));
}

/** Ways to answer a request for `bytes`. */
export const FAULTS = {
  flip: (response, bytes) => {
    const changed = Buffer.from(bytes);
    changed[changed.length >> 1] ^= 1;
    send(response, changed);
  },
  drop: (response, bytes) => {
    response.writeHead(200, { 'Content-Length': bytes.length });
    response.write(half(bytes), () => setTimeout(() => response.destroy(), 20));
  },
  refuse: (response) => response.socket.destroy(),
  missing: (response) => response.writeHead(404).end('not here'),
  gone: (response) => response.writeHead(410).end('no longer'),
  broken: (response) => response.writeHead(503).end('not now'),
  overrun: (response) => response.writeHead(429).end('not so fast'),
  empty: (response) => response.writeHead(204).end(),
  partial: (response, bytes) => response.writeHead(206, { 'Content-Length': bytes.length }).end(bytes),
  silent: () => {},
  html: (response) => send(response, Buffer.from('<!doctype html><p>Sign in'), { 'Content-Type': 'text/html' }),
  large: (response) => send(response, Buffer.alloc(3000, '<'), { 'Content-Type': 'text/plain' }),
  short: (response, bytes) => {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' }); // chunked, so no length
    response.end(half(bytes));
  },
  shortLength: (response, bytes) => send(response, half(bytes)),
  long: (response, bytes) => {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
    response.write(bytes);
    response.end(bytes);
  },
  // Everything comes, and then something is wrong.
  dropAtEnd: (response, bytes) => {
    response.writeHead(200);
    response.write(bytes, () => setTimeout(() => response.destroy(), 30));
  },
  endless: (response, bytes) => {
    response.writeHead(200);
    response.write(bytes);
  },
  oneMore: (response, bytes) => {
    response.writeHead(200);
    response.write(bytes, () => setTimeout(() => response.end('x'), 30));
  },
  cut4: (response, bytes) => response.writeHead(200).end(bytes.subarray(0, -4)),
  cut8: (response, bytes) => response.writeHead(200).end(bytes.subarray(0, -8)),
  encoded: (response, bytes) => send(response, bytes, { 'Content-Encoding': 'gzip' }),
  stall: (response, bytes) => {
    response.writeHead(200, { 'Content-Length': bytes.length });
    response.write(half(bytes)); // and nothing more
  },
  slow: (response, bytes) => inTenths(response, bytes, 20),
  steady: (response, bytes) => inTenths(response, bytes, 250),
  crawl: (response, bytes) => inTenths(response, bytes, 400),
};

export class Server {
  constructor() {
    this.bundles = new Map(); // URL prefix to bundle
    this.folders = new Map(); // URL prefix to directory
    this.pages = new Map(); // URL path to HTML
    this.faults = []; // {path, fault, times}
    this.requests = [];
    this.headers = {};
    this.http = http.createServer((request, response) => this.#answer(request, response));
  }

  async start() {
    await new Promise((resolve) => {
      this.http.listen(0, '127.0.0.1', resolve);
    });
    this.origin = `http://127.0.0.1:${this.http.address().port}`;
    return this;
  }

  stop() {
    this.http.closeAllConnections();
    return new Promise((resolve) => {
      this.http.close(resolve);
    });
  }

  /** Serves `bundle` below a fresh prefix; returns the URL of its manifest. */
  serve(bundle) {
    const prefix = `/bundle-${this.bundles.size}/`;
    this.bundles.set(prefix, bundle);
    return `${this.origin}${prefix}manifest.json`;
  }

  /** Answers the next `times` requests for a path that ends in `path` by `fault`. */
  fault(pathEnd, fault, times = Infinity) {
    this.faults.push({ path: pathEnd, fault, times });
  }

  reset() {
    this.faults = [];
    this.requests = [];
  }

  /** Requests for chunks since the last reset. */
  chunkRequests() {
    return this.requests.filter(({ path: requested }) => requested.includes('/chunks/'));
  }

  #answer(request, response) {
    const requested = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const asked = { path: requested, headers: request.headers, sent: false, ended: false };
    this.requests.push(asked);
    response.on('close', () => {
      asked.sent = response.writableFinished;
      asked.ended = true;
    });
    for (const [name, value] of Object.entries(this.headers)) response.setHeader(name, value);
    response.on('error', () => {});
    for (const [prefix, bundle] of this.bundles) {
      if (!requested.startsWith(prefix)) continue;
      const name = requested.slice(prefix.length);
      const bytes = bundle.files.get(name);
      if (!bytes) continue;
      const fault = this.faults.find((candidate) => requested.endsWith(candidate.path) && candidate.times > 0);
      if (fault) {
        fault.times -= 1;
        FAULTS[fault.fault](response, bytes);
      } else {
        send(response, bytes, {
          'Cache-Control': name.startsWith('chunks/') ? 'max-age=31536000, immutable' : 'no-cache',
          'Content-Type': TYPES[path.extname(name)] ?? 'application/octet-stream',
        });
      }
      return;
    }
    if (this.pages.has(requested)) {
      send(response, Buffer.from(this.pages.get(requested)), { 'Content-Type': TYPES['.html'] });
      return;
    }
    for (const [prefix, folder] of this.folders) {
      if (!requested.startsWith(prefix)) continue;
      const file = path.join(folder, requested.slice(prefix.length));
      if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) continue;
      response.writeHead(200, {
        'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream', 'Content-Length': statSync(file).size,
      });
      createReadStream(file).pipe(response);
      return;
    }
    response.writeHead(404).end('not here');
  }
}
