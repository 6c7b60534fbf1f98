/*
 * A run hands out pieces in order, tensor by tensor, to whichever thread asks. Sums come back in
 * any order and are added up in the order of the pieces: a ring holds those that are early, and
 * nobody takes a piece that the ring has no room for.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/error.h"
#include "model/decode_tensor.h"
#include "model/stats_piece.h"
#include "model/stats_read.h"

enum { DEFAULT_THREADS = 2, RING_PER_THREAD = 4, MAX_ELEMENT_SIZE = 8 };

struct piece {
    size_t tensor; /* index in the caller's list */
    uint64_t first_block;
    size_t block_count;
    uint64_t number; /* counts all pieces of the run */
    bool last;       /* of its tensor */
};

struct slot {
    struct piece piece;
    struct stats_sums sums;
    bool filled;
};

struct run {
    const struct libgguf_file *file;
    const struct libgguf_tensor *const *tensors;
    size_t tensor_count;
    const struct libgguf_stats_options *options;
    struct libgguf_tensor_stats *out;
    struct libgguf_error *err;
    struct stats_reader reader; /* of a stream, only one thread is at work */

    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t room;  /* the ring has moved on, or the run has failed */
    enum libgguf_status status;
    struct piece next;
    struct slot *ring;
    size_t ring_size;
    uint64_t merged; /* pieces added up */
    struct stats_sums sums;
    uint64_t bytes;
};

/* Settles, one after the other, tensors that have no pieces. */
static void skip_to_work(struct run *run)
{
    for (; run->next.tensor < run->tensor_count; run->next.tensor++) {
        const struct libgguf_tensor *tensor = run->tensors[run->next.tensor];
        struct libgguf_tensor_stats *out = &run->out[run->next.tensor];
        enum libgguf_status status = libgguf_tensor_decodable(run->file, tensor, NULL);
        if (status == LIBGGUF_OK && tensor->missing_size > 0) {
            status = LIBGGUF_ERR_TRUNCATED;
        }
        if (status == LIBGGUF_OK && tensor->element_count > 0) {
            return;
        }
        const struct stats_sums none = stats_sums_empty();
        *out = status == LIBGGUF_OK ? stats_sums_finish(&none)
                                    : (struct libgguf_tensor_stats){.status = status};
    }
}

/* Called under the lock. */
static bool take(struct run *run, struct piece *out)
{
    while (run->status == LIBGGUF_OK && run->next.tensor < run->tensor_count &&
           run->next.number - run->merged >= run->ring_size) {
        pthread_cond_wait(&run->room, &run->lock);
    }
    if (run->status != LIBGGUF_OK || run->next.tensor >= run->tensor_count) {
        return false;
    }
    const struct libgguf_tensor *tensor = run->tensors[run->next.tensor];
    const uint64_t left =
        tensor->element_count / tensor->type->block_elements - run->next.first_block;
    const size_t most = LIBGGUF_STATS_PIECE / tensor->type->block_elements;
    *out = run->next;
    out->last = left <= most;
    out->block_count = out->last ? (size_t)left : most;
    run->next.number++;
    run->next.first_block += out->block_count;
    if (out->last) {
        run->next.first_block = 0;
        run->next.tensor++;
        skip_to_work(run);
    }
    return true;
}

/* Called under the lock. */
static void add_up(struct run *run, const struct piece *piece, const struct stats_sums *sums)
{
    run->ring[piece->number % run->ring_size] = (struct slot){*piece, *sums, true};
    struct slot *slot = &run->ring[run->merged % run->ring_size];
    const uint64_t before = run->merged;
    while (slot->filled) {
        slot->filled = false;
        stats_sums_add(&run->sums, &slot->sums);
        if (slot->piece.last) {
            run->out[slot->piece.tensor] = stats_sums_finish(&run->sums);
            run->sums = stats_sums_empty();
        }
        run->merged++;
        slot = &run->ring[run->merged % run->ring_size];
    }
    if (run->merged != before) {
        pthread_cond_broadcast(&run->room);
    }
}

/*
 * The stream has ended within @p piece: its tensor is not whole. Only one thread reads a stream, so
 * that no other piece is under way. What follows is asked for all the same, and says so itself.
 */
static void give_up_tensor(struct run *run, const struct piece *piece)
{
    run->out[piece->tensor] = (struct libgguf_tensor_stats){.status = LIBGGUF_ERR_TRUNCATED};
    run->sums = stats_sums_empty();
    run->merged = run->next.number;
    if (!piece->last) {
        run->next.first_block = 0;
        run->next.tensor++;
        skip_to_work(run);
    }
}

/* Called under the lock: the first failure of the run is the one that is told. */
static void stop(struct run *run, enum libgguf_status status, const struct libgguf_error *err)
{
    if (run->status == LIBGGUF_OK) {
        run->status = status;
        if (run->err) {
            *run->err = *err;
        }
    }
    pthread_cond_broadcast(&run->room);
}

static enum libgguf_status work_on(struct run *run, const struct piece *piece, void *buffer,
                                   struct stats_sums *out, struct libgguf_error *err)
{
    const struct libgguf_tensor *tensor = run->tensors[piece->tensor];
    const size_t block_size = tensor->type->block_size;
    const enum libgguf_status status =
        stats_read(&run->reader, tensor, piece->first_block * block_size, buffer,
                   piece->block_count * block_size, err);
    if (status == LIBGGUF_OK) {
        *out = stats_sums_of_blocks(tensor->type, decode_tensor_is_big_endian(run->file, tensor),
                                    buffer, piece->block_count, piece->first_block);
    }
    return status;
}

/* Called under the lock. */
static void report(struct run *run, const struct piece *piece)
{
    run->bytes += (uint64_t)piece->block_count * run->tensors[piece->tensor]->type->block_size;
    const struct libgguf_stats_options *options = run->options;
    if (options && options->progress && !options->progress(options->context, run->bytes)) {
        struct libgguf_error err;
        error_set(&err, LIBGGUF_ERR_CANCELLED, LIBGGUF_NO_OFFSET, "stopped on request");
        stop(run, LIBGGUF_ERR_CANCELLED, &err);
    }
}

static void *worker(void *context)
{
    struct run *run = context;
    struct libgguf_error err;
    struct piece piece;
    void *buffer = malloc((size_t)LIBGGUF_STATS_PIECE * MAX_ELEMENT_SIZE);
    pthread_mutex_lock(&run->lock);
    if (!buffer) {
        stop(run, failure_memory(&err), &err);
    }
    while (take(run, &piece)) {
        pthread_mutex_unlock(&run->lock);
        struct stats_sums sums;
        const enum libgguf_status status = work_on(run, &piece, buffer, &sums, &err);
        pthread_mutex_lock(&run->lock);
        if (status == LIBGGUF_ERR_TRUNCATED && !stats_reader_is_parallel(&run->reader)) {
            give_up_tensor(run, &piece);
        } else if (status != LIBGGUF_OK) {
            stop(run, status, &err);
        } else {
            add_up(run, &piece, &sums);
            report(run, &piece);
        }
    }
    pthread_mutex_unlock(&run->lock);
    free(buffer);
    return NULL;
}

/* The caller's thread works too; helpers that cannot be started are done without. */
static void work_together(struct run *run, unsigned threads)
{
    pthread_t helpers[LIBGGUF_STATS_MAX_THREADS];
    unsigned started = 0;
    while (started + 1 < threads && pthread_create(&helpers[started], NULL, worker, run) == 0) {
        started++;
    }
    worker(run);
    for (unsigned i = 0; i < started; i++) {
        pthread_join(helpers[i], NULL);
    }
}

static enum libgguf_status unchanged(const struct libgguf_file *file, struct libgguf_error *err)
{
    enum libgguf_status status = LIBGGUF_OK;
    for (size_t i = 0; status == LIBGGUF_OK && i < libgguf_shard_count(file); i++) {
        const struct libgguf_file *shard = libgguf_shard_at(file, i);
        if (shard) {
            status = libgguf_source_unchanged(libgguf_file_source(shard), err);
        }
    }
    return status;
}

static enum libgguf_status run_all(struct run *run, unsigned threads, struct libgguf_error *err)
{
    run->ring_size = (size_t)threads * RING_PER_THREAD;
    run->ring = calloc(run->ring_size, sizeof *run->ring);
    if (!run->ring) {
        return failure_memory(err);
    }
    int failed = pthread_mutex_init(&run->lock, NULL);
    if (failed) {
        free(run->ring);
        return failure_errno(err, failed, "lock");
    }
    failed = pthread_cond_init(&run->room, NULL);
    if (failed) {
        pthread_mutex_destroy(&run->lock);
        free(run->ring);
        return failure_errno(err, failed, "condition variable");
    }
    run->sums = stats_sums_empty();
    skip_to_work(run);
    if (run->next.tensor < run->tensor_count) {
        work_together(run, threads);
    }
    pthread_cond_destroy(&run->room);
    pthread_mutex_destroy(&run->lock);
    free(run->ring);
    return run->status == LIBGGUF_OK ? unchanged(run->file, err) : run->status;
}

enum libgguf_status libgguf_tensors_stats(const struct libgguf_file *file,
                                          const struct libgguf_tensor *const *tensors, size_t count,
                                          const struct libgguf_stats_options *options,
                                          struct libgguf_tensor_stats *out,
                                          struct libgguf_error *err)
{
    if (!file || (count > 0 && (!tensors || !out)) ||
        (options && options->struct_size < sizeof *options)) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "no file, tensors or result given, or options of unknown size");
    }
    unsigned threads = options && options->threads ? options->threads : DEFAULT_THREADS;
    threads = threads < LIBGGUF_STATS_MAX_THREADS ? threads : LIBGGUF_STATS_MAX_THREADS;
    struct run run = {.file = file,
                      .tensors = tensors,
                      .tensor_count = count,
                      .options = options,
                      .out = out,
                      .err = err};
    stats_reader_begin(&run.reader, file, tensors, count);
    return run_all(&run, stats_reader_is_parallel(&run.reader) ? threads : 1, err);
}
