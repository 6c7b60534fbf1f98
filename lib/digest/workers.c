#include "digest/workers.h"

#include <stdlib.h>

#include "base/error.h"

void workers_fail(struct workers *workers, enum libgguf_status status,
                  const struct libgguf_error *err)
{
    pthread_mutex_lock(&workers->lock);
    if (!workers->stopped) {
        workers->stopped = true;
        workers->status = status;
        workers->error = *err;
    }
    pthread_mutex_unlock(&workers->lock);
}

bool workers_stopped(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    const bool stopped = workers->stopped;
    pthread_mutex_unlock(&workers->lock);
    return stopped;
}

bool workers_progress(struct workers *workers, uint64_t bytes)
{
    if (!workers->hooks || !workers->hooks->progress) {
        return true;
    }
    pthread_mutex_lock(&workers->progress_lock);
    workers->bytes_read += bytes;
    const bool go_on = workers->hooks->progress(
        workers->hooks->context, workers->options->progress_base + workers->bytes_read);
    pthread_mutex_unlock(&workers->progress_lock);
    if (!go_on) {
        struct libgguf_error err;
        error_set(&err, LIBGGUF_ERR_CANCELLED, LIBGGUF_NO_OFFSET, "cancelled");
        workers_fail(workers, LIBGGUF_ERR_CANCELLED, &err);
    }
    return go_on;
}

/* With the lock held. */
static enum libgguf_status make_room(struct workers *workers, size_t count,
                                     struct libgguf_error *err)
{
    if (count <= workers->digest_capacity) {
        return LIBGGUF_OK;
    }
    const size_t doubled = workers->digest_capacity * 2;
    const size_t capacity = doubled > count ? doubled : count;
    struct libgguf_digest *const digests =
        realloc(workers->digests, capacity * sizeof *workers->digests);
    if (!digests) {
        return failure_memory(err);
    }
    workers->digests = digests;
    workers->digest_capacity = capacity;
    return LIBGGUF_OK;
}

enum libgguf_status workers_reserve(struct workers *workers, size_t count,
                                    struct libgguf_error *err)
{
    pthread_mutex_lock(&workers->lock);
    const enum libgguf_status status = make_room(workers, count, err);
    if (!status) {
        workers->digest_count = count;
    }
    pthread_mutex_unlock(&workers->lock);
    return status;
}

enum libgguf_status workers_store(struct workers *workers, size_t index,
                                  const struct libgguf_digest *digest, struct libgguf_error *err)
{
    pthread_mutex_lock(&workers->lock);
    const enum libgguf_status status = make_room(workers, index + 1, err);
    if (!status) {
        workers->digests[index] = *digest;
        if (index >= workers->digest_count) {
            workers->digest_count = index + 1;
        }
    }
    pthread_mutex_unlock(&workers->lock);
    return status;
}

struct libgguf_digest workers_digest(struct workers *workers, size_t index)
{
    pthread_mutex_lock(&workers->lock);
    const struct libgguf_digest digest = workers->digests[index];
    pthread_mutex_unlock(&workers->lock);
    return digest;
}

struct started_work {
    void (*work)(void *context);
    void *context;
};

static void *thread_main(void *argument)
{
    const struct started_work *const started = argument;
    started->work(started->context);
    return NULL;
}

void workers_run(struct workers *workers, void (*work)(void *context), void *context)
{
    struct started_work started = {.work = work, .context = context};
    pthread_t threads[LIBGGUF_MAX_THREADS];
    unsigned count = 0;
    /* The caller's thread can do all of it, so one that cannot be started is only missed. */
    while (count + 1 < workers->threads &&
           pthread_create(&threads[count], NULL, thread_main, &started) == 0) {
        count++;
    }
    work(context);
    while (count > 0) {
        pthread_join(threads[--count], NULL);
    }
}

enum libgguf_status hooked_chunk_begin(struct workers *workers, struct hooked_chunk *chunk,
                                       size_t index, const struct libgguf_piece *piece,
                                       struct libgguf_error *err)
{
    *chunk = (struct hooked_chunk){.piece = *piece};
    if (workers->hooks_want_chunks && workers->hooks->chunk_begin) {
        const enum libgguf_status status = workers->hooks->chunk_begin(
            workers->hooks->context, workers->options->file, index, piece, &chunk->state, err);
        if (status) {
            return status;
        }
    }
    chunk->begun = true;
    return LIBGGUF_OK;
}

enum libgguf_status hooked_chunk_data(struct workers *workers, struct hooked_chunk *chunk,
                                      const void *data, size_t size, struct libgguf_error *err)
{
    if (!workers->hooks_want_chunks || !workers->hooks->chunk_data) {
        return LIBGGUF_OK;
    }
    return workers->hooks->chunk_data(workers->hooks->context, chunk->state, data, size, err);
}

enum libgguf_status hooked_chunk_end(struct workers *workers, struct hooked_chunk *chunk,
                                     const struct libgguf_digest *digest, struct libgguf_error *err)
{
    if (workers->hooks_want_chunks && workers->hooks->chunk_end) {
        const enum libgguf_status status = workers->hooks->chunk_end(
            workers->hooks->context, chunk->state, &chunk->piece, digest, err);
        if (status) {
            return status;
        }
    }
    chunk->begun = false;
    return LIBGGUF_OK;
}

void hooked_chunk_abort(struct workers *workers, struct hooked_chunk *chunk)
{
    if (chunk->begun && workers->hooks_want_chunks && workers->hooks->chunk_abort) {
        workers->hooks->chunk_abort(workers->hooks->context, chunk->state);
    }
    chunk->begun = false;
}
