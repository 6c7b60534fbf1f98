/**
 * @file What the threads of one pass over a source share: the first error, cancellation, progress,
 * the hooks, and the digests they collect.
 */
#ifndef DIGEST_WORKERS_H
#define DIGEST_WORKERS_H

#include <pthread.h>
#include <stdbool.h>

#include <libgguf/digest.h>

/* Small enough to stay in a core's cache between the read and the hash. */
#define BLOCK_SIZE ((size_t)262144)

struct workers {
    const struct libgguf_source *source;
    const struct libgguf_plan *plan;
    const struct libgguf_digest_options *options;
    const struct libgguf_digest_hooks *hooks; /* NULL when there are none */
    bool hooks_want_chunks;
    uint64_t size; /* bytes to read; LIBGGUF_SIZE_UNKNOWN: to the end */
    unsigned threads;

    pthread_mutex_t lock; /* of all below */
    bool stopped;
    enum libgguf_status status; /* of the first failure */
    struct libgguf_error error;
    struct libgguf_digest *digests; /* by index of the chunk */
    size_t digest_count;            /* chunks that are complete, or reserved */
    size_t digest_capacity;

    pthread_mutex_t progress_lock; /* of the progress hook and what it was told */
    uint64_t bytes_read;
};

/* Ends the run with @p status and a copy of @p err, unless it failed before. */
void workers_fail(struct workers *workers, enum libgguf_status status,
                  const struct libgguf_error *err);

/* True once the run has failed. */
bool workers_stopped(struct workers *workers);

/* Tells the progress hook of @p bytes more. Fails the run, and is false, when it says to stop. */
bool workers_progress(struct workers *workers, uint64_t bytes);

/* Room for the digests of @p count chunks, all of them counted as present. */
enum libgguf_status workers_reserve(struct workers *workers, size_t count,
                                    struct libgguf_error *err);

/* Stores the digest of the chunk at @p index, which follows the last one or was reserved. */
enum libgguf_status workers_store(struct workers *workers, size_t index,
                                  const struct libgguf_digest *digest, struct libgguf_error *err);

/* A copy of the digest that was stored for the chunk at @p index. */
struct libgguf_digest workers_digest(struct workers *workers, size_t index);

/* Runs @p work on the caller's thread and as many others as asked for, until all have returned. */
void workers_run(struct workers *workers, void (*work)(void *context), void *context);

/* The chunk that hooks are being told of. */
struct hooked_chunk {
    bool begun;
    void *state;
    struct libgguf_piece piece;
};

enum libgguf_status hooked_chunk_begin(struct workers *workers, struct hooked_chunk *chunk,
                                       size_t index, const struct libgguf_piece *piece,
                                       struct libgguf_error *err);
enum libgguf_status hooked_chunk_data(struct workers *workers, struct hooked_chunk *chunk,
                                      const void *data, size_t size, struct libgguf_error *err);
enum libgguf_status hooked_chunk_end(struct workers *workers, struct hooked_chunk *chunk,
                                     const struct libgguf_digest *digest,
                                     struct libgguf_error *err);
/* Aborts the chunk when one is under way. */
void hooked_chunk_abort(struct workers *workers, struct hooked_chunk *chunk);

/* One pass in order: every block is read once, then hashed by all that want it. ring.c */
enum libgguf_status ring_run(struct workers *workers, struct libgguf_digest *source_digest,
                             uint64_t *size, struct libgguf_error *err);

/* Chunks are shared out among the threads, each of which reads its own. chunk_pool.c */
enum libgguf_status chunk_pool_run(struct workers *workers, struct libgguf_error *err);

#endif
