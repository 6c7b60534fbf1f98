// A program that uses all of the loader's types as they are meant, and, where an error is expected, as they are not.
import {
  admit, AdmissionError, createHost, Host, Model, ModelHeader, removeStored, storedModels,
  type AdmissionErrorCode, type AdmitOptions, type Entry, type ProgressEvent, type Value,
} from 'gguf-admission';

const worker: string = import.meta.resolve('gguf-admission/opfs-worker.mjs');
const module = import.meta.resolve('gguf-admission/gguf-admission.wasm');

function shown(event: ProgressEvent): string {
  const { chunk } = event;
  const why: AdmissionErrorCode | undefined = chunk?.error?.code;
  return `${event.stage} ${event.verified / event.total} ${event.rate} ${chunk?.state ?? ''} ${why ?? ''}`;
}

function text(value: Value | undefined): string {
  if (Array.isArray(value)) return value.map(text).join();
  return typeof value === 'bigint' ? value.toString(16) : String(value);
}

async function claimed(header: ModelHeader): Promise<void> {
  const [tensor] = header.tensorList();
  const offset: number | bigint | undefined = tensor?.offset;
  // @ts-expect-error a header may claim more than a number holds
  const exact: number | undefined = header.tensorList()[0]?.offset;
  const entries: Entry[] = header.metadata();
  console.log(offset, exact, entries.map(({ key, type, value, count }) => [key, type, value, count]), text(header.get('general.name')));
}

export async function run(controller: AbortController, key: CryptoKey | JsonWebKey | Uint8Array | string): Promise<void> {
  const host: Host = await createHost({ module });
  const options: AdmitOptions = {
    signal: controller.signal, parallel: undefined, sink: 'opfs', publicKey: key, file: 0, gzip: false, retries: 1, retryDelay: 10,
    stallTimeout: 1000, workerUrl: new URL(worker), onProgress: (event) => console.log(shown(event)), onHeader: claimed,
  };
  try {
    const model: Model = await host.admit(new URL('manifest.json', 'https://example.org'), options);
    const data: Uint8Array | Blob = model.tensor('token_embd.weight');
    const { address, size } = model.address('token_embd.weight');
    const view = new Uint8Array(host.linearMemory.buffer, address, size ?? 0);
    // @ts-expect-error the size of a tensor may be unknown
    const known: number = size;
    const [first] = model.tensorList();
    const end: number = first === undefined || first.size === null ? 0 : first.offset + first.size;
    console.log(data, view, known, end, model.tokenizer().special['eos'], model.token(1, { raw: true }).bytes, model.findToken('a'));
    console.log(host.active === model, host.memory.linear, text(model.array('tokenizer.ggml.tokens', 0, 2)));
    model.release();
  } catch (error) {
    if (error instanceof AdmissionError && error.code === 'http') console.log(error.status, error.url, error.chunk, error.cause);
    throw new AdmissionError('offline', 'not now', { cause: error });
  }
  for (const { key: stored, size } of await storedModels()) if (size > 0) await removeStored(stored);
  await admit('manifest.json', { host });
  const none: AdmitOptions = {
    signal: undefined, sink: undefined, publicKey: undefined, file: undefined, gzip: undefined, retries: undefined, retryDelay: undefined,
    stallTimeout: undefined, workerUrl: undefined, onProgress: undefined, onHeader: undefined,
  };
  const own = await createHost({ module: undefined, signal: undefined, stallTimeout: undefined });
  const { kept } = await admit('manifest.json', { ...none, gzip: 'header', host: own });
  console.log(kept);
}

// @ts-expect-error the loader makes hosts
new Host();
// @ts-expect-error and models
new Model();
// @ts-expect-error and headers
new ModelHeader();
// @ts-expect-error there is no such code
new AdmissionError('strange', 'what');
// @ts-expect-error there is no such sink
await admit('manifest.json', { sink: 'disk' });
// @ts-expect-error a stage is one of a few
export const started = (event: ProgressEvent): boolean => event.stage === 'started';
