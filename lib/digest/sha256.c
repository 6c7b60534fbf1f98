#include <libgguf/digest.h>

#include <pthread.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include "base/error.h"

struct libgguf_hasher {
    EVP_MD_CTX *context;
    bool failed;
};

static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;
static EVP_MD *fetched;

/* Fetching takes a lock and a lookup by name; doing so for each of many small chunks shows. */
static void fetch(void)
{
    fetched = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static const EVP_MD *sha256(void)
{
    pthread_once(&fetch_once, fetch);
    return fetched;
}

static bool start(struct libgguf_hasher *hasher)
{
    hasher->failed = EVP_DigestInit_ex2(hasher->context, sha256(), NULL) != 1;
    return !hasher->failed;
}

enum libgguf_status libgguf_hasher_create(struct libgguf_hasher **out, struct libgguf_error *err)
{
    *out = NULL;
    if (!sha256()) {
        return failure(err, LIBGGUF_ERR_UNSUPPORTED, LIBGGUF_NO_OFFSET,
                       "libcrypto has no SHA-256 here");
    }
    struct libgguf_hasher *const hasher = malloc(sizeof *hasher);
    if (!hasher) {
        return failure_memory(err);
    }
    hasher->context = EVP_MD_CTX_new();
    if (!hasher->context || !start(hasher)) {
        libgguf_hasher_free(hasher);
        return failure_memory(err);
    }
    *out = hasher;
    return LIBGGUF_OK;
}

void libgguf_hasher_free(struct libgguf_hasher *hasher)
{
    if (hasher) {
        EVP_MD_CTX_free(hasher->context);
        free(hasher);
    }
}

void libgguf_hasher_update(struct libgguf_hasher *hasher, const void *data, size_t size)
{
    if (EVP_DigestUpdate(hasher->context, data, size) != 1) {
        hasher->failed = true;
    }
}

enum libgguf_status libgguf_hasher_finish(struct libgguf_hasher *hasher, struct libgguf_digest *out,
                                          struct libgguf_error *err)
{
    struct libgguf_digest digest;
    unsigned size = 0;
    const bool failed = hasher->failed ||
                        EVP_DigestFinal_ex(hasher->context, digest.bytes, &size) != 1 ||
                        size != sizeof digest.bytes;
    if (!start(hasher) || failed) {
        return failure(err, LIBGGUF_ERR_UNSUPPORTED, LIBGGUF_NO_OFFSET,
                       "libcrypto failed to compute a SHA-256");
    }
    *out = digest;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_sha256(const void *data, size_t size, struct libgguf_digest *out,
                                   struct libgguf_error *err)
{
    struct libgguf_hasher *hasher;
    enum libgguf_status status = libgguf_hasher_create(&hasher, err);
    if (status) {
        return status;
    }
    libgguf_hasher_update(hasher, data, size);
    status = libgguf_hasher_finish(hasher, out, err);
    libgguf_hasher_free(hasher);
    return status;
}
