// page.mjs WASM MODEL STRATEGY HEADER CHUNK PARALLEL CONTEXT KV_TYPE: drives the reference loader in
// wasm32 as a page would, with ArrayBuffers for what comes from outside. Prints a JSON object with
// what each phase held. Imported, it exports load() for many runs in one process.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CHUNKED = 6, STREAMS = [7, 8];

export function compile(path) {
  return new WebAssembly.Module(readFileSync(path));
}

export function load(module, { model, strategy, header, chunk, parallel, context, kvType }) {
  const { exports: loader } = new WebAssembly.Instance(module, {});
  const file = openSync(model, "r");
  const size = fstatSync(file).size;
  const whole = strategy !== CHUNKED && !STREAMS.includes(strategy);
  const phases = [];
  const before = process.memoryUsage().rss;
  let buffers = [];
  let started = false;

  const ok = (result) => {
    if (!result) throw new Error("the loader cannot go on");
  };
  const phaseEnd = (name) => {
    phases.push({
      name,
      js: buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0),
      live: (name === "release" ? loader.live() : loader.peak()) >>> 0,
      linear: started ? loader.memory.buffer.byteLength : 0,
      growth: process.memoryUsage().rss - before,
    });
    loader.mark();
  };
  const read = (buffer, offset, length) => {
    for (let done = 0; done < length;) {
      const got = readSync(file, new Uint8Array(buffer), done, length - done, offset + done);
      if (got === 0) throw new Error("the model ended early");
      done += got;
    }
  };
  // memory.grow detaches every view: a fresh one for each copy.
  const hand = (buffer, length) =>
    new Uint8Array(loader.memory.buffer).set(new Uint8Array(buffer, 0, length), loader.receive() >>> 0);

  let fetched = 0;
  const appendUntil = (end) => {
    for (let turn = 0; fetched < end; turn++) {
      const length = Math.min(chunk, size - fetched);
      const buffer = buffers[turn % parallel];
      read(buffer, fetched, length);
      hand(buffer, length);
      fetched += length;
      ok(loader.append(length));
    }
  };

  buffers = whole ? [new ArrayBuffer(size)]
    : Array.from({ length: parallel }, () => new ArrayBuffer(chunk));
  for (const buffer of buffers) new Uint8Array(buffer).fill(1);
  if (whole) read(buffers[0], 0, size);
  phaseEnd("fetch");

  ok(loader.begin(strategy, size, header, chunk, context, kvType));
  started = true;
  if (whole) hand(buffers[0], size);
  else appendUntil(strategy === CHUNKED ? size : header);
  phaseEnd(whole ? "copy" : "append");

  ok(loader.materialise());
  if (!whole) appendUntil(size);
  phaseEnd("materialise");

  ok(loader.runtime());
  phaseEnd("runtime");

  ok(loader.release());
  buffers = [];
  phaseEnd("release");
  closeSync(file);
  return { phases, checksum: loader.checksum() >>> 0 };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [wasm, model, ...numbers] = process.argv.slice(2);
  const [strategy, header, chunk, parallel, context, kvType] = numbers.map(Number);
  const module = compile(wasm);
  console.log(JSON.stringify(load(module, { model, strategy, header, chunk, parallel, context, kvType })));
}
