// The manifest: its signature is checked over the exact bytes before anything is parsed, and what is
// parsed is refused by the name of the member that breaks a rule. docs/manifest-format.md has these.
import { fetchBytes } from './bytes.mjs';
import { AdmissionError } from './errors.mjs';

const MAX_MANIFEST = 67108864;
const MAX_SIGNATURE = 1024;
const NO_SIGNATURE = new Set([404, 410]);
const SCHEMA = 'gguf-manifest/1';
const MEMBERS = {
  manifest: ['schema', 'chunking', 'chunks_sha256', 'files'],
  file: ['name', 'name_hex', 'size', 'sha256', 'origin', 'gguf', 'identity', 'chunks', 'tensors'],
  gguf: ['version', 'byte_order', 'alignment', 'data_offset', 'kv_count', 'tensor_count', 'architecture', 'file_type', 'parameters'],
  chunk: ['offset', 'size', 'sha256', 'role', 'path', 'integrity', 'gzip'],
  gzip: ['path', 'size', 'sha256'],
};
const ROLES = new Set(['header', 'tokenizer', 'tensors', 'data']);
const ED25519 = '06032b6570';
const P256 = '06082a8648ce3d030107';
const NO_SUCH_KEY = 'neither an Ed25519 nor a P-256 public key';

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const fromHex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** A public key in any of its usual forms as a CryptoKey: PEM, base64 or bytes of SPKI, raw Ed25519, JWK. */
async function importKey(key) {
  if (typeof CryptoKey !== 'undefined' && key instanceof CryptoKey) {
    const { name, namedCurve } = key.algorithm;
    if (name !== 'Ed25519' && namedCurve !== 'P-256') throw new TypeError(NO_SUCH_KEY);
    if (!key.usages.includes('verify')) throw new TypeError('it does not verify');
    return key;
  }
  const { subtle } = crypto;
  if (key?.kty) {
    const algorithm = key.kty === 'OKP' ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: 'P-256' };
    return subtle.importKey('jwk', key, algorithm, false, ['verify']);
  }
  const bytes =
    typeof key === 'string'
      ? fromBase64(key.replace(/-----(BEGIN|END) PUBLIC KEY-----/g, '').replace(/\s+/g, ''))
      : new Uint8Array(key.buffer ?? key, key.byteOffset ?? 0, key.byteLength);
  if (bytes.length === 32) return subtle.importKey('raw', bytes, { name: 'Ed25519' }, false, ['verify']);
  const identifiers = hex(bytes);
  if (identifiers.includes(ED25519)) return subtle.importKey('spki', bytes, { name: 'Ed25519' }, false, ['verify']);
  if (identifiers.includes(P256)) {
    return subtle.importKey('spki', bytes, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  }
  throw new TypeError(NO_SUCH_KEY);
}

/** ECDSA signatures are DER in files and two 32-byte numbers in WebCrypto. */
function fromDer(signature) {
  const raw = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const size = signature[at + 1];
    let digits = signature.subarray(at + 2, at + 2 + size);
    if (signature[at] !== 2 || digits.length !== size) return raw;
    while (digits.length > 32 && digits[0] === 0) digits = digits.subarray(1);
    if (digits.length > 32) return raw;
    raw.set(digits, end - digits.length);
    at += 2 + size;
  }
  return raw;
}

async function verifySignature(bytes, url, { publicKey, signal, stallTimeout }) {
  let key;
  try {
    key = await importKey(publicKey);
  } catch (error) {
    throw new AdmissionError('key', `the public key cannot be used: ${error.message}`, { cause: error });
  }
  let signature;
  try {
    signature = await fetchBytes(url, { limit: MAX_SIGNATURE, tooLong: 'signature', cache: 'no-cache', signal, stallTimeout });
  } catch (error) {
    if (!NO_SIGNATURE.has(error.status)) throw error;
    throw new AdmissionError('signature', `the manifest has no signature: ${error.message}`, { url, cause: error });
  }
  const ecdsa = key.algorithm.name === 'ECDSA';
  const algorithm = ecdsa ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'Ed25519' };
  const valid = await crypto.subtle.verify(algorithm, key, ecdsa ? fromDer(signature) : signature, bytes);
  if (!valid) {
    throw new AdmissionError('signature', 'the manifest is not signed by this key', { url });
  }
}

function refuse(member, why) {
  throw new AdmissionError('manifest', `manifest: ${member} ${why}`);
}

function integer(value, member, least = 0) {
  if (!Number.isSafeInteger(value) || value < least) refuse(member, `must be a whole number from ${least} to 2^53 - 1`);
  return value;
}

function digest(value, member) {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) refuse(member, 'must be 64 lower-case hexadecimal digits');
  return fromHex(value);
}

/** `value` if it is an object of the members that one of its `kind` has. */
function object(value, member, kind) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) refuse(member, 'must be an object');
  const unknown = Object.keys(value).find((name) => !MEMBERS[kind].includes(name));
  if (unknown !== undefined) refuse(member, `has the unknown member ${JSON.stringify(unknown)}`);
  return value;
}

function fileName({ name, name_hex: digits }, member) {
  if (name !== undefined && digits !== undefined) refuse(`${member}.name`, 'is there twice, also as name_hex');
  if (name === undefined && typeof digits === 'string' && /^([0-9a-f]{2})+$/.test(digits)) return digits;
  const plain = typeof name === 'string' && name !== '' && name !== '.' && name !== '..' && !/[/\u0000]/.test(name);
  if (!plain) refuse(`${member}.name`, 'is not the plain name of a file');
  return name;
}

function path(value, member) {
  const safe =
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= 4096 &&
    !/[\\:?#%\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/u.test(value) &&
    value.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (!safe) refuse(member, 'is not a path below the manifest');
  // A URL loses spaces around it, so that ' /x' and 'x/.. ' would lead elsewhere.
  return value.split('/').map(encodeURIComponent).join('/');
}

function chunk(value, member, offset) {
  object(value, member, 'chunk');
  const parsed = {
    offset: integer(value.offset, `${member}.offset`),
    size: integer(value.size, `${member}.size`, 1),
    sha256: digest(value.sha256, `${member}.sha256`),
    role: value.role,
    path: path(value.path, `${member}.path`),
  };
  if (parsed.offset !== offset) refuse(`${member}.offset`, `is ${parsed.offset}, but the chunk before it ends at ${offset}`);
  if (!ROLES.has(parsed.role)) refuse(`${member}.role`, 'is unknown');
  const base64 = btoa(String.fromCharCode(...parsed.sha256));
  if (value.integrity !== `sha256-${base64}`) refuse(`${member}.integrity`, 'is missing, or disagrees with sha256');
  if (value.gzip !== undefined) {
    object(value.gzip, `${member}.gzip`, 'gzip');
    parsed.gzip = {
      path: path(value.gzip.path, `${member}.gzip.path`),
      size: integer(value.gzip.size, `${member}.gzip.size`, 1),
    };
    digest(value.gzip.sha256, `${member}.gzip.sha256`);
  }
  return parsed;
}

function file(value, member) {
  object(value, member, 'file');
  const name = fileName(value, member);
  const size = integer(value.size, `${member}.size`, 1);
  if (!Array.isArray(value.chunks) || value.chunks.length === 0) refuse(`${member}.chunks`, 'must be a list of chunks');
  let end = 0;
  const chunks = value.chunks.map((entry, i) => {
    const parsed = chunk(entry, `${member}.chunks[${i}]`, end);
    end += parsed.size;
    return parsed;
  });
  if (end !== size) refuse(`${member}.chunks`, `end at ${end}, but the file has ${size} bytes`);
  const sha256 = value.sha256 === undefined ? undefined : hex(digest(value.sha256, `${member}.sha256`));
  const gguf = value.gguf === undefined ? undefined : object(value.gguf, `${member}.gguf`, 'gguf');
  const dataOffset = gguf ? integer(gguf.data_offset, `${member}.gguf.data_offset`, 1) : size;
  return { name, size, sha256, gguf, headerSize: Math.min(dataOffset, size), chunks };
}

/** Parses the bytes of a manifest. */
export function parseManifest(bytes) {
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw new AdmissionError('manifest', `the manifest is not JSON: ${error.message}`, { cause: error });
  }
  object(value, 'the document', 'manifest');
  if (value.schema !== SCHEMA) refuse('schema', `is ${JSON.stringify(value.schema)}, needed is "${SCHEMA}"`);
  if (!Array.isArray(value.files) || value.files.length === 0) refuse('files', 'must be a list of files');
  const files = value.files.map((entry, i) => file(entry, `files[${i}]`));
  const names = new Set();
  for (const [i, { name }] of files.entries()) {
    if (names.has(name)) refuse(`files[${i}].name`, 'is that of an earlier file');
    names.add(name);
  }
  return { files, chunksSha256: digest(value.chunks_sha256, 'chunks_sha256') };
}

/** Fetches the manifest, checks its signature if there is a key, and parses it. */
export async function fetchManifest(url, settings) {
  const { signal, stallTimeout } = settings;
  const bytes = await fetchBytes(url, { limit: MAX_MANIFEST, tooLong: 'manifest', cache: 'no-cache', signal, stallTimeout });
  if (settings.publicKey !== undefined) {
    const signatureUrl = new URL(url);
    signatureUrl.pathname += '.sig';
    await verifySignature(bytes, signatureUrl, settings);
  }
  return parseManifest(bytes);
}

/** The plan for one file: the module gets the digests of all, so that chunks_sha256 can be checked. */
export function planFor(manifest, wanted) {
  const { files } = manifest;
  let index = wanted;
  if (wanted === undefined && files.length === 1) index = 0;
  if (typeof wanted === 'string') index = files.findIndex((entry) => entry.name === wanted);
  const selected = files[index];
  if (!selected) {
    const names = files.map((entry) => entry.name).join(', ');
    throw new AdmissionError('manifest', `which of its ${files.length} files is to be admitted? There are ${names}`);
  }
  const first = files.slice(0, index).reduce((sum, entry) => sum + entry.chunks.length, 0);
  return {
    file: selected,
    key: `${hex(manifest.chunksSha256)}-${index}`,
    size: selected.size,
    headerSize: selected.headerSize,
    chunks: files.flatMap((entry) => entry.chunks),
    first,
    count: selected.chunks.length,
    chunksSha256: manifest.chunksSha256,
  };
}
