// A small file from the network, whole.
import { AdmissionError, asAdmissionError } from './errors.mjs';
import { watched } from './waiting.mjs';

/** The bytes at `url`; more than `limit` are the error `tooLong`. */
export function fetchBytes(url, { limit, tooLong, cache, signal, stallTimeout }) {
  return watched(signal, stallTimeout, url, { url }, async (inner, { alive }) => {
    let response;
    try {
      response = await fetch(url, { signal: inner, cache });
    } catch (error) {
      throw asAdmissionError(error, 'offline', `${url} could not be reached`, { url });
    }
    if (response.status !== 200) {
      throw new AdmissionError('http', `${url} answered ${response.status}`, { url, status: response.status });
    }
    try {
      return await joined(response.body.getReader(), limit, alive, () => new AdmissionError(tooLong, `${url} is larger than ${limit} bytes`, { url }));
    } catch (error) {
      throw asAdmissionError(error, 'dropped', `the connection to ${url} broke off`, { url });
    }
  });
}

async function joined(reader, limit, alive, excess) {
  const parts = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    alive();
    size += part.value.length;
    if (size > limit) throw excess();
    parts.push(part.value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
