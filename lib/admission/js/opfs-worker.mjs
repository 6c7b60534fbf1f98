// The side of the OPFS sink that may hold synchronous handles: a pre-sized file, and beside it which
// of its chunks are complete. A chunk's bit is written after its bytes were flushed, never before.
const MAGIC = 0x47475546;
const HEAD = 24;

let data;
let state;
let bits;

async function directory() {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle('gguf-admission', { create: true });
}

async function handle(folder, name) {
  const file = await folder.getFileHandle(name, { create: true });
  return file.createSyncAccessHandle();
}

function head({ size, chunks }) {
  const bytes = new Uint8Array(HEAD);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  view.setBigUint64(8, BigInt(size));
  view.setBigUint64(16, BigInt(chunks));
  return bytes;
}

function close() {
  data?.close();
  state?.close();
  data = undefined;
  state = undefined;
}

const operations = {
  async open({ key, size, chunks }) {
    const folder = await directory();
    try {
      state = await handle(folder, `${key}.state`);
      data = await handle(folder, `${key}.gguf`);
      const expected = head({ size, chunks });
      const found = new Uint8Array(HEAD);
      bits = new Uint8Array(Math.ceil(chunks / 8));
      const known =
        state.read(found, { at: 0 }) === HEAD && found.every((byte, i) => byte === expected[i]) && data.getSize() === size;
      if (known) {
        state.read(bits, { at: HEAD });
      } else {
        state.truncate(0);
        data.truncate(size);
        state.write(expected, { at: 0 });
        state.write(bits, { at: HEAD });
        state.flush();
      }
    } catch (error) {
      close();
      throw error;
    }
    return { bits: bits.slice() };
  },

  write({ offset, buffer, length }) {
    const written = data.write(new Uint8Array(buffer, 0, length), { at: offset });
    if (written !== length) throw new DOMException(`${written} of ${length} bytes were stored`, 'QuotaExceededError');
    return { buffer };
  },

  read({ offset, buffer, length }) {
    const got = data.read(new Uint8Array(buffer, 0, length), { at: offset });
    return { buffer, got };
  },

  mark({ index, complete }) {
    data.flush();
    const byte = index >> 3;
    if (complete) bits[byte] |= 1 << (index & 7);
    else bits[byte] &= ~(1 << (index & 7));
    state.write(bits.subarray(byte, byte + 1), { at: HEAD + byte });
    state.flush();
    return {};
  },

  close() {
    close();
    return {};
  },
};

self.onmessage = async ({ data: { id, operation, parameters } }) => {
  try {
    const result = await operations[operation](parameters);
    self.postMessage({ id, result }, result.buffer ? [result.buffer] : []);
  } catch (error) {
    const transfer = parameters.buffer ? [parameters.buffer] : [];
    self.postMessage({ id, error: { name: error.name, message: error.message }, buffer: parameters.buffer }, transfer);
  }
};
