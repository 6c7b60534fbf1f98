/** Why an admission failed. docs/admission.md says what each means and what to do about it. */
export type AdmissionErrorCode =
  | 'busy'
  | 'cancelled'
  | 'content'
  | 'corrupt'
  | 'dropped'
  | 'format'
  | 'http'
  | 'internal'
  | 'key'
  | 'length'
  | 'manifest'
  | 'memory'
  | 'module'
  | 'not-found'
  | 'offline'
  | 'quota'
  | 'range'
  | 'signature'
  | 'stalled'
  | 'state'
  | 'storage'
  | 'unsupported';

export class AdmissionError extends Error {
  constructor(
    code: AdmissionErrorCode,
    message: string,
    details?: {
      cause?: unknown;
      url?: string | URL | undefined;
      chunk?: number | undefined;
      status?: number | string | undefined;
    },
  );
  readonly code: AdmissionErrorCode;
  /** The URL that was asked for, where there is one. */
  readonly url?: string;
  /** The index of the chunk, where it is one. */
  readonly chunk?: number;
  /** The HTTP status, or the identifier of the module's status. */
  readonly status?: number | string;
}

/** A scalar of metadata: bigint only for integers beyond 2^53 - 1. */
export type Scalar = number | bigint | boolean | string;
export type Value = Scalar | Value[];
export type ValueType =
  | 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'bool' | 'string' | 'array' | 'u64' | 'i64' | 'f64';

export interface Entry {
  readonly index: number;
  readonly key: string;
  readonly type: ValueType;
  /** Absent for arrays: see ModelHeader.array(). */
  readonly value?: Scalar;
  readonly itemType?: ValueType;
  readonly count?: number;
}

export interface TensorInfo {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  /** Elements, fastest-varying first. */
  readonly dims: (number | bigint)[];
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes; null when the type is not known. */
  readonly size: number | null;
}

/** A tensor of a header whose file is not admitted yet, and which may claim anything. */
export interface ClaimedTensorInfo extends Omit<TensorInfo, 'offset' | 'size'> {
  readonly offset: number | bigint;
  readonly size: number | bigint | null;
}

export interface Token {
  readonly id: number;
  readonly bytes: Uint8Array;
  /** The bytes as text; a token may hold a part of a character only. */
  readonly text: string;
  readonly type: 'undefined' | 'normal' | 'unknown' | 'control' | 'user_defined' | 'unused' | 'byte';
  readonly score: number;
}

/** What is known as soon as the header was verified. Made by the loader, and given to onHeader. */
export class ModelHeader {
  protected constructor();
  readonly handle: number;
  readonly name: string;
  readonly size: number;
  /** Of the whole file, in hexadecimal, if the manifest has it. */
  readonly sha256?: string;
  readonly version: number;
  readonly byteOrder: 'little' | 'big';
  readonly alignment: number;
  readonly dataOffset: number;
  /** Bytes of the file that are in linear memory: all, or with the OPFS sink those of the header's chunks. */
  readonly kept: number;
  readonly entryCount: number;
  readonly tensorCount: number;
  metadata(): Entry[];
  get(key: string): Value | undefined;
  array(keyOrEntry: string | Entry, from?: number, count?: number): Value[];
  tensorList(): ClaimedTensorInfo[];
  tensorInfo(name: string): ClaimedTensorInfo;
  tokenizer(): { count: number; kind: string; special: Record<string, number> };
  token(id: number, options?: { raw?: boolean | undefined }): Token;
  findToken(text: string, options?: { raw?: boolean | undefined }): number;
}

/** An admitted model, until it is released or another one takes over. */
export class Model extends ModelHeader {
  private constructor();
  tensorList(): TensorInfo[];
  tensorInfo(name: string): TensorInfo;
  /** A view of linear memory that is good until the next call; with the OPFS sink a slice of the file. */
  tensor(name: string): Uint8Array | Blob;
  /** Where a tensor is in Host.linearMemory; its size is null when its type is not known. */
  address(name: string): { address: number; size: number | null };
  /** All bytes: a view that is good until the next call; with the OPFS sink the file. */
  data(): Uint8Array | File;
  release(): void;
}

export interface ChunkProgress {
  readonly index: number;
  readonly size: number;
  readonly received: number;
  readonly state: 'receiving' | 'retrying' | 'verified';
  /** Why it is fetched again. */
  readonly error?: AdmissionError;
}

export interface ProgressEvent {
  readonly stage: 'manifest' | 'resuming' | 'receiving' | 'finalizing' | 'active';
  /** Bytes of the file; 0 before the manifest is there. */
  readonly total: number;
  readonly received: number;
  readonly verified: number;
  /** Bytes that an interrupted run had stored. */
  readonly resumed: number;
  /** Bytes a second from the network, since the start. */
  readonly rate: number;
  readonly chunk?: ChunkProgress;
}

/** An option that is undefined is one that is not given. */
export interface AdmitOptions {
  /** Cancels: fetches end, memory is freed, the active model stays. */
  signal?: AbortSignal | undefined;
  /** Fetches under way at once, 1 to 8; 3 if not given. */
  parallel?: number | undefined;
  /** 'memory' (the default): the module's linear memory. 'opfs': a file of the origin. */
  sink?: 'memory' | 'opfs' | undefined;
  /** Ed25519 or P-256: PEM, base64 or bytes of SPKI, the 32 bytes of Ed25519, a JWK or a CryptoKey. */
  publicKey?: string | ArrayBuffer | ArrayBufferView | JsonWebKey | CryptoKey | undefined;
  /** Which file of a manifest of several: its name or number. */
  file?: string | number | undefined;
  /**
   * Which chunks are fetched compressed, where there are such variants: those of the header ('header', the
   * default), all (true), which takes about the model's size in JavaScript for a while, or none (false).
   */
  gzip?: boolean | 'header' | undefined;
  /** How often a chunk is fetched again after an error that may pass; 2 if not given. The plain chunk after its variant is no retry. */
  retries?: number | undefined;
  /** Milliseconds before the first retry, doubled before each further one; 250 if not given. */
  retryDelay?: number | undefined;
  /** Milliseconds without a byte after which a chunk, the manifest, its signature or the module is given up; 30,000 if not given. */
  stallTimeout?: number | undefined;
  /** What it throws ends the run as `internal`; the stage 'active' is told just before the model becomes active. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  /** Called when the header was verified; the header stays good if the model becomes active. */
  onHeader?: ((header: ModelHeader) => void | Promise<void>) | undefined;
  /** Where the storage worker is, if not beside the loader; it must be of the page's origin. */
  workerUrl?: string | URL | undefined;
}

export interface HostOptions {
  /** The module, its bytes or its URL, if not beside the loader. */
  module?: WebAssembly.Module | BufferSource | string | URL | undefined;
  /** Ends the fetch of the module. */
  signal?: AbortSignal | undefined;
  /** Milliseconds without a byte of the module after which it is given up; 30,000 if not given. */
  stallTimeout?: number | undefined;
}

export interface MemoryUse {
  /** Bytes of linear memory; it never shrinks, so this is its peak. */
  readonly linear: number;
  /** Bytes of buffers that chunks are read through, now and at most; not of those that the engine has yet to collect. */
  readonly buffers: number;
  readonly buffersPeak: number;
  /** Bytes before the heap: stack, static data, window. */
  readonly base: number;
  readonly page: number;
  readonly window: number;
}

/** A place for one active model. createHost() makes one. */
export class Host {
  private constructor();
  readonly active: Model | null;
  readonly memory: MemoryUse;
  readonly linearMemory: WebAssembly.Memory;
  admit(manifestUrl: string | URL, options?: AdmitOptions): Promise<Model>;
}

export function createHost(options?: HostOptions): Promise<Host>;

/** Admits the model of the bundle at `manifestUrl` into `host`, or into a host of its own. */
export function admit(
  manifestUrl: string | URL,
  options?: AdmitOptions & HostOptions & { host?: Host | undefined },
): Promise<Model>;

/** Models that this origin has stored, complete or not. */
export function storedModels(): Promise<{ key: string; size: number }[]>;

/** Deletes one stored model, or all of them. */
export function removeStored(key?: string): Promise<void>;
