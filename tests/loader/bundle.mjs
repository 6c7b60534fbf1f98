// Bundles in memory: path to bytes, as gguf-bundle lays them out in a directory. Tests of faults cut
// their own, so that they can lie; what a user gets is what packBundle() gives.
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest();

/** Cuts: the header, in `headerChunks` pieces, and then pieces of at most `chunkSize` bytes. */
function cut(model, chunkSize, headerChunks) {
  const pieces = [];
  const header = Math.min(model.dataOffset, model.bytes.length);
  for (let i = 0; i < headerChunks; i++) {
    const from = Math.floor((header * i) / headerChunks);
    const to = Math.floor((header * (i + 1)) / headerChunks);
    pieces.push({ offset: from, size: to - from, role: i === 1 ? 'tokenizer' : 'header' });
  }
  for (let at = header; at < model.bytes.length; at += chunkSize) {
    pieces.push({ offset: at, size: Math.min(chunkSize, model.bytes.length - at), role: 'tensors' });
  }
  return pieces;
}

export function makeBundle(models, { chunkSize = 16777216, headerChunks = 1, gzip = false } = {}) {
  const files = new Map();
  const digests = [];
  const entries = [models].flat().map((model) => {
    const chunks = cut(model, chunkSize, headerChunks).map(({ offset, size, role }) => {
      const bytes = model.bytes.subarray(offset, offset + size);
      const digest = sha256(bytes);
      digests.push(digest);
      const hex = digest.toString('hex');
      const chunk = { offset, size, sha256: hex, role, path: `chunks/${hex}.bin`, integrity: `sha256-${digest.toString('base64')}` };
      files.set(chunk.path, bytes);
      if (gzip) {
        const packed = gzipSync(bytes);
        chunk.gzip = { path: `chunks/${hex}.gz`, size: packed.length, sha256: sha256(packed).toString('hex') };
        files.set(chunk.gzip.path, packed);
      }
      return chunk;
    });
    return {
      name: model.name,
      size: model.bytes.length,
      sha256: sha256(model.bytes).toString('hex'),
      gguf: { version: 3, byte_order: 'little', alignment: 32, data_offset: model.dataOffset },
      chunks,
      tensors: [],
    };
  });
  const manifest = {
    schema: 'gguf-manifest/1',
    chunking: { cut: 'tensor', target_size: chunkSize, max_size: chunkSize },
    chunks_sha256: sha256(Buffer.concat(digests)).toString('hex'),
    files: entries,
  };
  const bundle = { files, manifest, chunks: entries[0].chunks, model: [models].flat()[0] };
  rewrite(bundle);
  return bundle;
}

/** The start of a gzip file that unpacks to `size` zeros and more, a thousandth of them. */
export function gzipBomb(size) {
  const step = 1 << 22;
  const zeros = deflateRawSync(Buffer.alloc(step), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([gzipSync('').subarray(0, 10), ...Array.from({ length: size / step }, () => zeros)]);
}

/** Writes the manifest again after a test changed it. */
export function rewrite(bundle) {
  bundle.files.set('manifest.json', Buffer.from(`${JSON.stringify(bundle.manifest, null, 2)}\n`));
}

/** Signs the manifest; returns the public key as PEM. */
export function signBundle(bundle, type = 'ed25519') {
  const { publicKey, privateKey } = generateKeyPairSync(type, type === 'ec' ? { namedCurve: 'P-256' } : {});
  const digest = type === 'ec' ? 'sha256' : null;
  bundle.files.set('manifest.json.sig', sign(digest, bundle.files.get('manifest.json'), privateKey));
  return publicKey.export({ type: 'spki', format: 'pem' });
}

/** What gguf-bundle makes of a model: the same shape as makeBundle()'s, and the public key if it signed. */
export function packBundle(model, options = [], { sign: type } = {}) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'gguf-bundle-'));
  try {
    const source = path.join(scratch, model.name);
    const target = path.join(scratch, 'bundle');
    const args = ['create', source, '-o', target, '--no-sync', '--quiet', ...options];
    let publicKey;
    writeFileSync(source, model.bytes);
    if (type) {
      const pair = generateKeyPairSync(type, type === 'ec' ? { namedCurve: 'P-256' } : {});
      writeFileSync(path.join(scratch, 'key.pem'), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
      publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' });
      args.push('--sign', path.join(scratch, 'key.pem'));
    }
    execFileSync(path.join(process.env.GGUF_BIN, 'gguf-bundle'), args);
    const files = new Map();
    for (const entry of readdirSync(target, { withFileTypes: true, recursive: true })) {
      const file = path.join(entry.parentPath ?? entry.path, entry.name);
      if (entry.isFile()) files.set(path.relative(target, file), readFileSync(file));
    }
    const manifest = files.has('manifest.json') ? JSON.parse(files.get('manifest.json')) : undefined;
    return { files, manifest, chunks: manifest?.files[0].chunks, model, publicKey };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
