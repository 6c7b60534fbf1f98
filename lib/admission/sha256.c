#include "admission/sha256.h"

#include <string.h>

#include "admission/sha256_rounds.h"

static void store(unsigned char *bytes, uint32_t value)
{
    bytes[0] = (unsigned char)(value >> 24);
    bytes[1] = (unsigned char)(value >> 16);
    bytes[2] = (unsigned char)(value >> 8);
    bytes[3] = (unsigned char)value;
}

void sha256_begin(struct sha256 *hash)
{
    *hash = (struct sha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                      0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void sha256_update(struct sha256 *hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    const size_t used = (size_t)(hash->size % 64);
    if (size == 0) {
        return; /* data may be NULL */
    }
    hash->size += size;
    if (used > 0) {
        const size_t wanted = 64 - used < size ? 64 - used : size;
        memcpy(hash->rest + used, bytes, wanted);
        bytes += wanted;
        size -= wanted;
        if (used + wanted < 64) {
            return;
        }
        sha256_compress(hash->state, hash->rest, 1);
    }
    while (size >= 64) {
        const size_t run = size < SHA256_RUN ? size - size % 64 : SHA256_RUN;
        sha256_compress(hash->state, bytes, run / 64);
        bytes += run;
        size -= run;
    }
    if (size > 0) {
        memcpy(hash->rest, bytes, size);
    }
}

void sha256_finish(struct sha256 *hash, struct libgguf_digest *out)
{
    const uint64_t bits = hash->size * 8;
    const size_t used = (size_t)(hash->size % 64);
    hash->rest[used] = 0x80;
    memset(hash->rest + used + 1, 0, 63 - used);
    if (used >= 56) {
        sha256_compress(hash->state, hash->rest, 1);
        memset(hash->rest, 0, 64);
    }
    store(hash->rest + 56, (uint32_t)(bits >> 32));
    store(hash->rest + 60, (uint32_t)bits);
    sha256_compress(hash->state, hash->rest, 1);
    for (size_t i = 0; i < 8; i++) {
        store(out->bytes + 4 * i, hash->state[i]);
    }
}

bool sha256_equal(const struct libgguf_digest *a, const struct libgguf_digest *b)
{
    return memcmp(a->bytes, b->bytes, LIBGGUF_DIGEST_SIZE) == 0;
}
