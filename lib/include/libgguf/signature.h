/**
 * @file Detached signatures with keys in PEM: Ed25519 (64 raw bytes over the message itself) and
 * ECDSA on P-256 (DER, over the SHA-256 of the message). Both are what `openssl pkeyutl -rawin`
 * and `openssl dgst -sha256` make and accept. Nothing here keeps state; any thread may call.
 */
#ifndef LIBGGUF_SIGNATURE_H
#define LIBGGUF_SIGNATURE_H

#include <stddef.h>

#include <libgguf/error.h>

LIBGGUF_BEGIN_DECLS

/** No signature is longer than this: bytes. */
#define LIBGGUF_MAX_SIGNATURE_SIZE 80

/** A signature. */
struct libgguf_signature {
    size_t size;
    unsigned char bytes[LIBGGUF_MAX_SIGNATURE_SIZE];
};

/**
 * Signs @p size bytes at @p data with the private key in the @p pem_size bytes of PEM text at
 * @p pem. An encrypted key is refused.
 * Statuses: KEY (no usable private key: the text says why), MEMORY, UNSUPPORTED (libcrypto failed).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_signature_make(const void *data, size_t size, const char *pem, size_t pem_size,
                       struct libgguf_signature *out, struct libgguf_error *err);

/**
 * Checks that the @p signature_size bytes at @p signature are a signature of @p size bytes at
 * @p data by the key in the PEM text at @p pem, which may be the public key, a certificate's
 * public key, or the private key.
 * Statuses: SIGNATURE (by another key, over other bytes, or cut short), KEY, MEMORY, UNSUPPORTED.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_signature_check(const void *data, size_t size, const void *signature, size_t signature_size,
                        const char *pem, size_t pem_size, struct libgguf_error *err);

LIBGGUF_END_DECLS

#endif
