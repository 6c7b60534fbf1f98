#include "admission/plan_check.h"

#include <inttypes.h>

#include <libgguf/manifest.h>

#include "admission/sha256.h"
#include "base/error.h"

static enum libgguf_status check_counts(const struct libgguf_admission_plan *plan,
                                        struct libgguf_error *err)
{
    if (plan->struct_size < sizeof *plan || !plan->chunks ||
        (plan->store != LIBGGUF_ADMISSION_IN_MEMORY && plan->store != LIBGGUF_ADMISSION_BY_HOST)) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "a plan with struct_size, chunks and a known store is needed");
    }
    if (plan->chunk_count == 0 || plan->chunk_count > LIBGGUF_ADMISSION_MAX_CHUNKS) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "the plan has %" PRIu64 " chunks; 1 to %d can be admitted",
                       (uint64_t)plan->chunk_count, LIBGGUF_ADMISSION_MAX_CHUNKS);
    }
    if (plan->count == 0 || plan->first >= plan->chunk_count ||
        plan->count > plan->chunk_count - plan->first) {
        return failure(err, LIBGGUF_ERR_MANIFEST, LIBGGUF_NO_OFFSET,
                       "the file's chunks, %" PRIu64 " from number %" PRIu64
                       " on, are not among the plan's %" PRIu64,
                       (uint64_t)plan->count, (uint64_t)plan->first, (uint64_t)plan->chunk_count);
    }
    if (plan->size > LIBGGUF_MANIFEST_MAX_NUMBER) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "a file of %" PRIu64 " bytes; the most a manifest can say is 2^53 - 1",
                       plan->size);
    }
    if (plan->header_size == 0 || plan->header_size > plan->size) {
        return failure(err, LIBGGUF_ERR_MANIFEST, LIBGGUF_NO_OFFSET,
                       "a header of %" PRIu64 " bytes in a file of %" PRIu64, plan->header_size,
                       plan->size);
    }
    return LIBGGUF_OK;
}

/* Chunks follow each other without gap; where a file of the manifest begins, offsets do anew. */
static enum libgguf_status check_chunks(const struct libgguf_admission_plan *plan,
                                        struct libgguf_error *err)
{
    uint64_t end = 0;
    for (size_t i = 0; i < plan->chunk_count; i++) {
        const struct libgguf_admission_chunk *const chunk = &plan->chunks[i];
        const bool begins = i == plan->first || i == plan->first + plan->count;
        const bool inside = i > plan->first && i < plan->first + plan->count;
        if (chunk->size == 0 || chunk->size > LIBGGUF_MAX_CHUNK_SIZE) {
            return failure(err, LIBGGUF_ERR_RANGE, chunk->offset,
                           "chunk %" PRIu64 " has %" PRIu64 " bytes; 1 to %d are allowed",
                           (uint64_t)i, chunk->size, LIBGGUF_MAX_CHUNK_SIZE);
        }
        if (begins || (!inside && chunk->offset == 0)) {
            end = 0;
        }
        if (chunk->offset != end) {
            return failure(err, LIBGGUF_ERR_MANIFEST, chunk->offset,
                           "chunk %" PRIu64 " begins at %" PRIu64
                           ", but the one before it ends at %" PRIu64,
                           (uint64_t)i, chunk->offset, end);
        }
        end += chunk->size; /* at most 2^14 times 2^27 */
        if (i + 1 == plan->first + plan->count && end != plan->size) {
            return failure(err, LIBGGUF_ERR_MANIFEST, end,
                           "the chunks end at %" PRIu64 ", but the file has %" PRIu64 " bytes", end,
                           plan->size);
        }
    }
    return LIBGGUF_OK;
}

static enum libgguf_status check_digests(const struct libgguf_admission_plan *plan,
                                         struct libgguf_error *err)
{
    struct sha256 hash;
    struct libgguf_digest digest;
    sha256_begin(&hash);
    for (size_t i = 0; i < plan->chunk_count; i++) {
        sha256_update(&hash, plan->chunks[i].sha256.bytes, LIBGGUF_DIGEST_SIZE);
    }
    sha256_finish(&hash, &digest);
    if (!sha256_equal(&digest, &plan->chunks_sha256)) {
        return failure(err, LIBGGUF_ERR_DIGEST, LIBGGUF_NO_OFFSET,
                       "chunks_sha256 is not the digest of the %" PRIu64 " chunk digests",
                       (uint64_t)plan->chunk_count);
    }
    return LIBGGUF_OK;
}

enum libgguf_status plan_check(const struct libgguf_admission_plan *plan, uint64_t memory_limit,
                               struct plan_facts *out, struct libgguf_error *err)
{
    enum libgguf_status status = check_counts(plan, err);
    if (!status) {
        status = check_chunks(plan, err);
    }
    if (!status) {
        status = check_digests(plan, err);
    }
    if (status) {
        return status;
    }
    *out = (struct plan_facts){.header_count = 0};
    while (out->header_size < plan->header_size) {
        out->header_size += plan->chunks[plan->first + out->header_count++].size;
    }
    out->kept_size = plan->store == LIBGGUF_ADMISSION_IN_MEMORY ? plan->size : out->header_size;
    if ((memory_limit && out->kept_size > memory_limit) ||
        out->kept_size > (uint64_t)PTRDIFF_MAX - LIBGGUF_ADMISSION_ALIGNMENT) {
        return failure(err, LIBGGUF_ERR_MEMORY, LIBGGUF_NO_OFFSET,
                       "%" PRIu64 " bytes have to be kept in memory, more than is allowed here",
                       out->kept_size);
    }
    return LIBGGUF_OK;
}
