// The demo page of a bundle: loads the model beside it and shows what is known at every moment.
import { createHost } from './gguf-admission.mjs';

const $ = (id) => document.getElementById(id);
const MANIFEST = new URL('../manifest.json', import.meta.url);
const ROWS = 500;
const LONGEST = 200; // characters of a fact

let host;
let controller;
let listing;
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

const clipped = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

function definitions(list, pairs) {
  list.replaceChildren(
    ...pairs.flatMap(([term, text]) => {
      const dt = document.createElement('dt');
      const dd = document.createElement('dd');
      dt.textContent = term;
      dd.textContent = clipped(text);
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

/** What the module needs for this model: what is before its heap, and what it keeps of the file; then the index of it. */
function estimate(header) {
  const { base, page, window } = host.memory;
  const index = 152 * 2 * header.tensorCount + 104 * 2 * header.entryCount + 16384;
  const linear = Math.ceil((base + header.kept + index) / page) * page;
  return { linear, buffers: parallel * window };
}

function showMemory(header) {
  const { linear, buffersPeak } = host.memory;
  const expected = estimate(header);
  definitions($('memory'), [
    ['linear memory', `${bytes(linear)}, estimated ${bytes(expected.linear)}`],
    ['buffers', `${bytes(buffersPeak)} at most, estimated ${bytes(expected.buffers)}`],
    ['the file', bytes(header.size)],
  ]);
}

function showHeader(header) {
  // Arrays are not read: one may be larger than anyone wants to see.
  const entries = new Map(header.metadata().map((entry) => [entry.key, entry]));
  const value = (key) => entries.get(key)?.value;
  const architecture = value('general.architecture');
  const types = new Map();
  tensors = header.tensorList();
  const elements = tensors.reduce((sum, { dims }) => sum + dims.reduce((a, b) => a * Number(b), 1), 0);
  for (const { type } of tensors) types.set(type, (types.get(type) ?? 0) + 1);
  $('name').textContent = clipped(String(value('general.name') ?? header.name));
  document.title = $('name').textContent;
  $('summary').textContent = `${clipped(header.name)}, GGUF version ${header.version}, ${whole.format(header.size)} bytes`;
  const facts = [
    ['architecture', architecture],
    ['parameters', whole.format(elements)],
    ['layers', value(`${architecture}.block_count`)],
    ['context', value(`${architecture}.context_length`)],
    ['embedding', value(`${architecture}.embedding_length`)],
    ['tokens', entries.get('tokenizer.ggml.tokens')?.count],
    ['tensor types', [...types].map(([type, count]) => `${count} × ${type}`).join(', ')],
    ['SHA-256', header.sha256],
  ];
  definitions($('facts'), facts.filter(([, text]) => text !== undefined && text !== '').map(([term, text]) => [term, String(text)]));
  showTensors();
  $('details').hidden = false;
}

/** A chunk's state is told by a sign and by words, not by its colour alone. */
function setState(item, index, state, size) {
  const sign = document.createElement('span');
  const words = document.createElement('span');
  sign.textContent = SIGNS[state] ?? '';
  sign.setAttribute('aria-hidden', 'true');
  words.textContent = `chunk ${index}${size === undefined ? '' : `, ${bytes(size)}`}, ${state}`;
  words.className = 'unseen';
  item.className = state;
  item.title = words.textContent;
  item.replaceChildren(sign, words);
}

function showChunk({ index, size, received, state }) {
  const list = $('chunks');
  while (list.children.length <= index) {
    setState(list.appendChild(document.createElement('li')), list.children.length - 1, 'waiting');
  }
  const item = list.children[index];
  if (item.className !== state) setState(item, index, state, size);
  item.style.setProperty('--part', `${(100 * received) / size}%`);
}

/** What screen readers read out, so only when it is another. */
function say(text, bad = false) {
  if ($('status').textContent !== text) $('status').textContent = text;
  $('status').classList.toggle('bad', bad);
}

function showProgress({ stage, total, verified, resumed, rate, chunk }) {
  if (chunk) showChunk(chunk);
  if (total > 0) $('progress').value = verified / total;
  const known = resumed > 0 ? `, ${bytes(resumed)} of it from last time` : '';
  $('numbers').textContent = `${bytes(verified)} of ${bytes(total)} verified${known}, ${bytes(Math.round(rate))}/s`;
  if (STAGES[stage]) say(STAGES[stage]);
}

const SIGNS = { verified: '✓', retrying: '!' };
const STAGES = {
  manifest: 'Asking for the manifest.',
  resuming: 'Verifying what was kept.',
  receiving: 'Receiving.',
  finalizing: 'Checking the whole.',
};
const ADVICE = {
  cancelled: 'Cancelled.',
  offline: 'The server cannot be reached.',
  quota: 'This browser gives no more storage to this site.',
  corrupt: 'The server sends a damaged chunk.',
  signature: 'The manifest is not signed by the expected key.',
  format: 'This is no model that can be read.',
};

/** The keyboard's focus goes along with the button that can be used next, and stays where it is elsewhere. */
function setRunning(running) {
  const [used, next] = running ? [$('start'), $('cancel')] : [$('cancel'), $('start')];
  next.disabled = false;
  if (document.activeElement === used) next.focus();
  used.disabled = true;
  $('store').disabled = running;
  $('file').disabled = running;
}

/** A set of shards has several files, each admitted by itself. What is wrong with the manifest is said when it is loaded. */
async function offerFiles() {
  listing = new AbortController();
  try {
    const { files } = await (await fetch(MANIFEST, { signal: listing.signal })).json();
    if (files.length < 2) return;
    $('file').replaceChildren(...files.map(({ name }, i) => new Option(name ?? `file ${i}`, i)));
    $('files').hidden = false;
  } catch {
    // there is nothing to choose from yet
  }
}

async function load() {
  controller = new AbortController();
  listing.abort(); // a browser's cache lets one request for a URL wait for the other
  setRunning(true);
  $('chunks').replaceChildren();
  $('details').hidden = true;
  const sink = $('store').checked ? 'opfs' : 'memory';
  try {
    host = undefined; // linear memory never shrinks: each load has its own, and the one before is collected
    say('Loading the module.');
    host = await createHost({ signal: controller.signal });
    const model = await host.admit(MANIFEST, {
      signal: controller.signal,
      sink,
      parallel,
      file: $('files').hidden ? undefined : Number($('file').value),
      onHeader: (header) => {
        showHeader(header);
        showMemory(header);
      },
      onProgress: showProgress,
    });
    showMemory(model);
    say(`Active: ${whole.format(model.size)} bytes verified.`);
    $('start').textContent = 'Load again';
  } catch (error) {
    say(`${ADVICE[error.code] ?? ''} ${error.code === 'cancelled' ? '' : error.message}`.trim(), true);
    $('start').textContent = sink === 'opfs' ? 'Resume' : 'Try again';
    if ($('files').hidden) offerFiles();
  }
  setRunning(false);
}

$('start').addEventListener('click', load);
$('cancel').addEventListener('click', () => controller.abort());
$('filter').addEventListener('input', showTensors);
offerFiles();
$('start').disabled = false;
