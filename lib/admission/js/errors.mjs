// What can go wrong, told apart by a code that programs can rely on.

export class AdmissionError extends Error {
  /**
   * @param {string} code see docs/admission.md
   * @param {string} message what was found and what was needed
   * @param {object} [details] any of cause, url, chunk (its index), status (of HTTP or the module)
   */
  constructor(code, message, { cause, url, chunk, status } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AdmissionError';
    this.code = code;
    if (url !== undefined) this.url = String(url);
    if (chunk !== undefined) this.chunk = chunk;
    if (status !== undefined) this.status = status;
  }
}

export const cancelled = (signal) =>
  new AdmissionError('cancelled', 'the admission was cancelled', { cause: signal?.reason });

/** Passes on what is ours; anything else becomes `code`. */
export function asAdmissionError(error, code, message, details = {}) {
  if (error instanceof AdmissionError) return error;
  if (error?.name === 'QuotaExceededError') {
    return new AdmissionError('quota', 'the browser gives no more storage to this site', {
      ...details,
      cause: error,
    });
  }
  return new AdmissionError(code, message, { ...details, cause: error });
}
