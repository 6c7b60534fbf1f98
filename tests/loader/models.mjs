// Small models made in the test, and the real ones where they are present.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const u32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const string = (text) => Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)]);
const entry = (key, type, value) => Buffer.concat([string(key), u32(type), value]);
const f32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};

export const strings = (texts) => Buffer.concat([u32(8), u64(texts.length), ...texts.map(string)]);

/** A model of f32 tensors: `tensors` maps names to dimensions, `entries` is metadata as bytes. */
export function makeModel({ tensors, tokens = ['<s>', 'a', 'bc'], extra = [], seed = 1 }) {
  const entries = [
    entry('general.architecture', 8, string('llama')),
    entry('general.name', 8, string(`made in the test ${seed}`)),
    entry('llama.block_count', 4, u32(4)),
    entry('llama.rope.freq_base', 6, f32(0.1)),
    entry('tokenizer.ggml.model', 8, string('llama')),
    entry('tokenizer.ggml.tokens', 9, strings(tokens)),
    ...extra.map(([key, type, value]) => entry(key, type, value)),
  ];
  const records = [];
  let offset = 0;
  for (const [name, dims] of Object.entries(tensors)) {
    records.push(string(name), u32(dims.length), ...dims.map(u64), u32(0), u64(offset));
    offset += Math.ceil((dims.reduce((a, b) => a * b, 1) * 4) / 32) * 32;
  }
  const head = Buffer.concat([
    Buffer.from('GGUF'), u32(3), u64(Object.keys(tensors).length), u64(entries.length), ...entries, ...records,
  ]);
  const dataOffset = Math.ceil(head.length / 32) * 32;
  const model = Buffer.alloc(dataOffset + offset);
  head.copy(model);
  let state = seed * 2654435761 + 1;
  for (let at = dataOffset; at + 4 <= model.length; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    model.writeUInt32LE((state & 0xff7fffff) >>> 0, at);
  }
  return { name: `model-${seed}.gguf`, bytes: model, dataOffset };
}

/** The data offset of a GGUF file, by a walk of this test's own. */
export function dataOffsetOf(bytes) {
  const wide = bytes.readUInt32LE(4) > 1;
  let at = 8;
  const next = (size) => {
    const value = size === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at);
    at += size;
    return value;
  };
  const length = () => next(wide ? 8 : 4);
  const sizes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
  const skipString = () => {
    const size = length();
    at += size;
  };
  const skip = (type) => {
    if (type === 8) {
      skipString();
    } else if (type === 9) {
      const item = next(4);
      const count = length();
      if (sizes[item] > 0) at += sizes[item] * count;
      else for (let i = 0; i < count; i++) skip(item);
    } else {
      at += sizes[type];
    }
  };
  const tensors = length();
  const entries = length();
  let alignment = 32;
  for (let i = 0; i < entries; i++) {
    const size = length();
    const key = bytes.toString('latin1', at, at + size);
    at += size;
    const type = next(4);
    if (key === 'general.alignment') alignment = bytes.readUInt32LE(at);
    skip(type);
  }
  for (let i = 0; i < tensors; i++) {
    skipString();
    const dims = next(4);
    at += (wide ? 8 : 4) * dims + 4 + 8;
  }
  return Math.ceil(at / alignment) * alignment;
}

/** A real model of tests' data by name, or undefined where it is missing. */
export function realModel(name) {
  const file = path.join(process.env.GGUF_DATA ?? '', 'models', name);
  if (!process.env.GGUF_DATA || !existsSync(file)) return undefined;
  const bytes = readFileSync(file);
  return { name, bytes, dataOffset: dataOffsetOf(bytes) };
}

/** The TinyLM-16M shape: 17,048,064 parameters of f32, 68,195,104 bytes or so. */
export function tinyLm() {
  const tensors = { 'token_embd.weight': [512, 260] };
  for (let layer = 0; layer < 4; layer++) {
    for (const name of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) tensors[`blk.${layer}.${name}.weight`] = [512, 512];
    for (const name of ['ffn_gate', 'ffn_up', 'ffn_down']) tensors[`blk.${layer}.${name}.weight`] = [512, 2048];
    for (const name of ['attn_norm', 'ffn_norm']) tensors[`blk.${layer}.${name}.weight`] = [512];
  }
  tensors['output_norm.weight'] = [512];
  tensors['output.weight'] = [512, 260];
  const shape = { embedding_length: 512, feed_forward_length: 2048, context_length: 512, 'attention.head_count': 8 };
  const extra = Object.entries(shape).map(([key, value]) => [`llama.${key}`, 4, u32(value)]);
  return makeModel({ tensors, tokens: Array.from({ length: 260 }, (_, i) => `<${i}>`), extra, seed: 16 });
}
