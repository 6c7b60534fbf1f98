#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "digest/workers.h"

struct chunk_pool {
    struct workers *workers;
    size_t count; /* of the plan */
    size_t next;  /* under workers->lock */
};

/* What one thread works with. */
struct pool_worker {
    struct workers *workers;
    struct libgguf_hasher *hasher;
    unsigned char *block;
    struct hooked_chunk hooked;
};

static bool next_index(struct chunk_pool *pool, size_t *out)
{
    pthread_mutex_lock(&pool->workers->lock);
    const bool more = !pool->workers->stopped && pool->next < pool->count;
    if (more) {
        *out = pool->next++;
    }
    pthread_mutex_unlock(&pool->workers->lock);
    return more;
}

static enum libgguf_status hash_chunk(struct pool_worker *worker, size_t index,
                                      const struct libgguf_piece *piece, struct libgguf_error *err)
{
    struct workers *const workers = worker->workers;
    enum libgguf_status status = hooked_chunk_begin(workers, &worker->hooked, index, piece, err);
    for (uint64_t done = 0; !status && done < piece->size;) {
        const uint64_t left = piece->size - done;
        const size_t step = left < BLOCK_SIZE ? (size_t)left : BLOCK_SIZE;
        status =
            libgguf_source_read(workers->source, piece->offset + done, worker->block, step, err);
        if (status) {
            return status;
        }
        libgguf_hasher_update(worker->hasher, worker->block, step);
        status = hooked_chunk_data(workers, &worker->hooked, worker->block, step, err);
        done += step;
        if (!status && (!workers_progress(workers, step) || workers_stopped(workers))) {
            return failure(err, LIBGGUF_ERR_CANCELLED, LIBGGUF_NO_OFFSET, "cancelled");
        }
    }
    struct libgguf_digest digest;
    if (!status) {
        status = libgguf_hasher_finish(worker->hasher, &digest, err);
    }
    if (!status) {
        status = workers_store(workers, index, &digest, err);
    }
    return status ? status : hooked_chunk_end(workers, &worker->hooked, &digest, err);
}

static void pool_work(void *context)
{
    struct chunk_pool *const pool = context;
    struct pool_worker worker = {.workers = pool->workers, .block = malloc(BLOCK_SIZE)};
    struct libgguf_error err;
    enum libgguf_status status = libgguf_hasher_create(&worker.hasher, &err);
    if (!worker.block) {
        status = failure_memory(&err);
    }
    size_t index;
    while (!status && next_index(pool, &index)) {
        struct libgguf_piece piece;
        libgguf_plan_at(pool->workers->plan, index, &piece);
        status = hash_chunk(&worker, index, &piece, &err);
    }
    if (status) {
        hooked_chunk_abort(pool->workers, &worker.hooked);
        workers_fail(pool->workers, status, &err);
    }
    libgguf_hasher_free(worker.hasher);
    free(worker.block);
}

enum libgguf_status chunk_pool_run(struct workers *workers, struct libgguf_error *err)
{
    struct chunk_pool pool = {.workers = workers, .count = libgguf_plan_count(workers->plan)};
    const enum libgguf_status status = workers_reserve(workers, pool.count, err);
    if (status) {
        return status;
    }
    workers_run(workers, pool_work, &pool);
    if (workers->status && err) {
        *err = workers->error;
    }
    return workers->status;
}
