// Reading a model through the module: the header of one on its way, or one that was admitted.
import { AdmissionError } from './errors.mjs';

/** What is known of a model as soon as its header was verified. */
export class ModelHeader {
  constructor(module, handle, file, kept) {
    this.module = module;
    this.handle = handle;
    this.kept = kept;
    this.name = file.name;
    this.size = file.size;
    this.sha256 = file.sha256;
    Object.assign(this, module.file(handle));
    this.entryCount = this.entries;
    this.tensorCount = this.tensors;
    delete this.entries;
    delete this.tensors;
  }

  /** All metadata in file order: key, type, and value or itemType and count. */
  metadata() {
    return Array.from({ length: this.entryCount }, (_, i) => this.module.entry(this.handle, i));
  }

  /** The value under `key`; of an array all of its elements. undefined when there is none. */
  get(key) {
    let entry;
    try {
      entry = this.module.entry(this.handle, this.module.findEntry(this.handle, key));
    } catch (error) {
      if (error.code === 'not-found') return undefined;
      throw error;
    }
    return entry.type === 'array' ? this.array(entry) : entry.value;
  }

  /** `count` elements of an array, given as its key or its entry, from number `from` on. */
  array(keyOrEntry, from = 0, count = Infinity) {
    const index = typeof keyOrEntry === 'string' ? this.module.findEntry(this.handle, keyOrEntry) : keyOrEntry.index;
    return this.module.elements(this.handle, index, from, count);
  }

  /** All tensors in file order: name, type, dims, offset, size. */
  tensorList() {
    return Array.from({ length: this.tensorCount }, (_, i) => this.#describe(i));
  }

  tensorInfo(name) {
    return this.#describe(this.module.findTensor(this.handle, name));
  }

  #describe(index) {
    const { at, ...tensor } = this.module.tensor(this.handle, index);
    return tensor;
  }

  /** Number of tokens, kind, and ids of the special ones. */
  tokenizer() {
    return this.module.tokenizer(this.handle);
  }

  /** Token `id`: its bytes as they stand for text, or, with raw, as they stand in the file. */
  token(id, { raw = false } = {}) {
    return this.module.token(this.handle, id, !raw);
  }

  findToken(text, { raw = false } = {}) {
    return this.module.findToken(this.handle, text, !raw);
  }
}

/** An admitted model. It is the active one of its host until it is released or another takes over. */
export class Model extends ModelHeader {
  #file;

  constructor(module, handle, file, kept, stored) {
    super(module, handle, file, kept);
    this.#file = stored;
  }

  /** The bytes of a tensor: a view of linear memory, good until the next call, or a slice of the stored file. */
  tensor(name) {
    const { at, offset, size } = this.module.tensor(this.handle, this.module.findTensor(this.handle, name));
    if (size === null) throw new AdmissionError('unsupported', `the size of tensor '${name}' is not known`);
    if (size === 0) return this.#file ? new Blob() : new Uint8Array(0); // it may lie behind the file
    return this.#file ? this.#file.slice(offset, offset + size) : this.module.view(at, size);
  }

  /** Where a tensor is in the linear memory, for a runtime that reads it there. */
  address(name) {
    const { at, size } = this.module.tensor(this.handle, this.module.findTensor(this.handle, name));
    if (at === 0) throw new AdmissionError('state', 'the model is stored in a file, not in memory');
    return { address: at, size };
  }

  /** The whole model: a view of linear memory, good until the next call, or the stored file. */
  data() {
    if (this.#file) return this.#file;
    const { at, size } = this.module.data(this.handle);
    return this.module.view(at, size);
  }

  /** Frees the model's memory. A stored file stays until removeStored(). */
  release() {
    this.module.call('release', this.handle);
  }
}
