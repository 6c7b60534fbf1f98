/**
 * @file SHA-256 (FIPS 180-4) in plain C: the receiving side runs where there is no libcrypto.
 * Incremental; one thread at a time.
 */
#ifndef ADMISSION_SHA256_H
#define ADMISSION_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/digest.h>

/** Bytes that are compressed in one call: long enough that calls cost nothing, short enough that
 * an engine which optimises between calls gets its chance early. */
#define SHA256_RUN 16384

struct sha256 {
    uint32_t state[8];
    uint64_t size; /* bytes seen */
    unsigned char rest[64];
};

void sha256_begin(struct sha256 *hash);
/** Adds @p size bytes at @p data, which may be NULL when there are none. */
void sha256_update(struct sha256 *hash, const void *data, size_t size);
void sha256_finish(struct sha256 *hash, struct libgguf_digest *out);

bool sha256_equal(const struct libgguf_digest *a, const struct libgguf_digest *b);

#endif
