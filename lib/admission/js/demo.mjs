// The demo page of a bundle: loads the model beside it and shows what is known at every moment.
import { createHost } from './gguf-admission.mjs';

const $ = (id) => document.getElementById(id);
const MANIFEST = new URL('../manifest.json', import.meta.url);
const ROWS = 500;

let host;
let controller;
let tensors = [];
const parallel = 3;

const whole = new Intl.NumberFormat('en-US');
const bytes = (count) => {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let scaled = count;
  let unit = 0;
  for (; scaled >= 1024 && unit < 3; unit++) scaled /= 1024;
  return unit === 0 ? `${count} bytes` : `${scaled.toFixed(scaled < 10 ? 2 : 1)} ${units[unit]}`;
};

function definitions(list, pairs) {
  list.replaceChildren(
    ...pairs.flatMap(([term, text]) => {
      const dt = document.createElement('dt');
      const dd = document.createElement('dd');
      dt.textContent = term;
      dd.textContent = text;
      return [dt, dd];
    }),
  );
}

function showTensors() {
  const wanted = $('filter').value.trim().toLowerCase();
  const found = tensors.filter(({ name }) => name.toLowerCase().includes(wanted));
  $('shown').textContent = `${whole.format(Math.min(found.length, ROWS))} of ${whole.format(tensors.length)}`;
  $('tensors').replaceChildren(
    ...found.slice(0, ROWS).map(({ name, type, dims, size, offset }) => {
      const row = document.createElement('tr');
      const texts = [name, type, dims.join(' × '), size === null ? 'unknown' : whole.format(size), whole.format(offset)];
      texts.forEach((text, i) => {
        const cell = document.createElement('td');
        cell.textContent = text;
        if (i > 2) cell.className = 'number';
        row.append(cell);
      });
      return row;
    }),
  );
}

/** What the module needs for this model: what is before its heap, and the file; then the index of it. */
function estimate(header, kept) {
  const { base, page, window } = host.memory;
  const index = 152 * 2 * header.tensorCount + 104 * 2 * header.entryCount + 16384;
  const linear = Math.ceil((base + kept + index) / page) * page;
  return { linear, buffers: parallel * window };
}

function showMemory(header, kept) {
  const { linear, buffersPeak } = host.memory;
  const expected = estimate(header, kept);
  definitions($('memory'), [
    ['linear memory', `${bytes(linear)}, estimated ${bytes(expected.linear)}`],
    ['buffers', `${bytes(buffersPeak)} at most, estimated ${bytes(expected.buffers)}`],
    ['the file', bytes(header.size)],
  ]);
}

function showHeader(header) {
  const architecture = header.get('general.architecture');
  const parameter = (name) => header.get(`${architecture}.${name}`);
  const elements = header.tensorList().reduce((sum, { dims }) => sum + dims.reduce((a, b) => a * Number(b), 1), 0);
  const types = new Map();
  tensors = header.tensorList();
  for (const { type } of tensors) types.set(type, (types.get(type) ?? 0) + 1);
  $('name').textContent = header.get('general.name') ?? header.name;
  document.title = $('name').textContent;
  $('summary').textContent = `${header.name}, GGUF version ${header.version}, ${whole.format(header.size)} bytes`;
  const facts = [
    ['architecture', architecture],
    ['parameters', whole.format(elements)],
    ['layers', parameter('block_count')],
    ['context', parameter('context_length')],
    ['embedding', parameter('embedding_length')],
    ['tokens', header.tokenizer().count],
    ['tensor types', [...types].map(([type, count]) => `${count} × ${type}`).join(', ')],
    ['SHA-256', header.sha256],
  ];
  definitions($('facts'), facts.filter(([, text]) => text !== undefined && text !== '').map(([term, text]) => [term, String(text)]));
  showTensors();
  $('details').hidden = false;
}

function showChunk({ index, size, received, state }) {
  const list = $('chunks');
  while (list.children.length <= index) list.append(document.createElement('li'));
  const item = list.children[index];
  item.className = state;
  item.title = `chunk ${index}, ${bytes(size)}, ${state}`;
  item.style.setProperty('--part', `${(100 * received) / size}%`);
}

function showProgress({ stage, total, verified, resumed, rate, chunk }) {
  if (chunk) showChunk(chunk);
  if (total > 0) $('progress').value = verified / total;
  const known = resumed > 0 ? `, ${bytes(resumed)} of it from last time` : '';
  $('status').textContent = `${stage}: ${bytes(verified)} of ${bytes(total)} verified${known}, ${bytes(Math.round(rate))}/s`;
}

const ADVICE = {
  cancelled: 'Cancelled.',
  offline: 'The server cannot be reached.',
  quota: 'This browser gives no more storage to this site.',
  corrupt: 'The server sends a damaged chunk.',
  signature: 'The manifest is not signed by the expected key.',
  format: 'This is no model that can be read.',
};

function setRunning(running) {
  $('start').disabled = running;
  $('cancel').disabled = !running;
  $('store').disabled = running;
}

/** A set of shards has several files, each admitted by itself. */
async function offerFiles() {
  const { files } = await (await fetch(MANIFEST)).json();
  if (files.length < 2) return;
  $('file').replaceChildren(...files.map(({ name }, i) => new Option(name ?? `file ${i}`, i)));
  $('files').hidden = false;
}

async function load() {
  controller = new AbortController();
  setRunning(true);
  $('status').classList.remove('bad');
  $('chunks').replaceChildren();
  let header;
  const sink = $('store').checked ? 'opfs' : 'memory';
  const kept = () => (sink === 'opfs' ? header.dataOffset : header.size);
  try {
    host ??= await createHost();
    host.active?.release(); // one model at a time is what the estimate is for
    const model = await host.admit(MANIFEST, {
      signal: controller.signal,
      sink,
      parallel,
      file: $('files').hidden ? undefined : Number($('file').value),
      onHeader: (seen) => {
        header = seen;
        showHeader(seen);
        showMemory(seen, kept());
      },
      onProgress: showProgress,
    });
    showMemory(model, kept());
    $('status').textContent = `Active: ${whole.format(model.size)} bytes verified.`;
    $('start').textContent = 'Load again';
  } catch (error) {
    $('status').textContent = `${ADVICE[error.code] ?? ''} ${error.code === 'cancelled' ? '' : error.message}`.trim();
    $('status').classList.add('bad');
    $('start').textContent = sink === 'opfs' ? 'Resume' : 'Try again';
  }
  setRunning(false);
  $('start').focus();
}

$('start').addEventListener('click', load);
$('cancel').addEventListener('click', () => controller.abort());
$('filter').addEventListener('input', showTensors);
// What is wrong with the manifest is said when it is loaded.
offerFiles().catch(() => {}).finally(() => {
  $('start').disabled = false;
});
