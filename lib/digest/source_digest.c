#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "digest/workers.h"

static const struct libgguf_digest_options default_options = {.struct_size =
                                                                  sizeof default_options};

static enum libgguf_status check_options(const struct libgguf_digest_options *options,
                                         struct libgguf_error *err)
{
    if (options->struct_size < sizeof *options ||
        (options->hooks && options->hooks->struct_size < sizeof *options->hooks) ||
        (options->span_count > 0 && (!options->spans || !options->span_digests))) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "digest options are incomplete");
    }
    uint64_t end = 0;
    for (size_t i = 0; i < options->span_count; i++) {
        const struct libgguf_piece *const span = &options->spans[i];
        if (span->offset < end || span->size > UINT64_MAX - span->offset) {
            return failure(err, LIBGGUF_ERR_ARGUMENT, span->offset,
                           "span %zu begins before the last one ends", i);
        }
        end = span->offset + span->size;
    }
    return LIBGGUF_OK;
}

static void set_up(struct workers *workers, const struct libgguf_source *source,
                   const struct libgguf_plan *plan, const struct libgguf_digest_options *options)
{
    const unsigned wanted = options->threads ? options->threads : LIBGGUF_DEFAULT_THREADS;
    const struct libgguf_digest_hooks *const hooks = options->hooks;
    const uint64_t planned = libgguf_plan_size(plan);
    *workers = (struct workers){
        .source = source,
        .plan = plan,
        .options = options,
        .hooks = hooks,
        .hooks_want_chunks = hooks && (hooks->chunk_begin || hooks->chunk_data || hooks->chunk_end),
        .size = planned == LIBGGUF_SIZE_UNKNOWN ? libgguf_source_size(source) : planned,
        .threads = wanted < LIBGGUF_MAX_THREADS ? wanted : LIBGGUF_MAX_THREADS};
}

static enum libgguf_status run(struct workers *workers, struct libgguf_source_digests *out,
                               struct libgguf_error *err)
{
    const bool in_order = !workers->options->no_source_digest || workers->options->span_count > 0 ||
                          workers->size == LIBGGUF_SIZE_UNKNOWN ||
                          libgguf_plan_size(workers->plan) == LIBGGUF_SIZE_UNKNOWN;
    out->size = workers->size;
    if (in_order) {
        return ring_run(workers, &out->source, &out->size, err);
    }
    const enum libgguf_status status = chunk_pool_run(workers, err);
    if (status == LIBGGUF_ERR_TRUNCATED) {
        return failure(err, LIBGGUF_ERR_CHANGED, LIBGGUF_NO_OFFSET,
                       "the file had %" PRIu64 " bytes when it was opened, and is shorter now",
                       workers->size);
    }
    return status;
}

enum libgguf_status libgguf_source_digest(const struct libgguf_source *source,
                                          const struct libgguf_plan *plan,
                                          const struct libgguf_digest_options *options,
                                          struct libgguf_source_digests *out,
                                          struct libgguf_error *err)
{
    *out = (struct libgguf_source_digests){0};
    options = options ? options : &default_options;
    enum libgguf_status status = check_options(options, err);
    if (status) {
        return status;
    }
    struct workers workers;
    set_up(&workers, source, plan, options);
    if (pthread_mutex_init(&workers.lock, NULL) != 0) {
        return failure_memory(err);
    }
    if (pthread_mutex_init(&workers.progress_lock, NULL) != 0) {
        pthread_mutex_destroy(&workers.lock);
        return failure_memory(err);
    }
    status = run(&workers, out, err);
    if (!status) {
        status = libgguf_source_unchanged(source, err);
    }
    out->chunks = workers.digests;
    out->count = workers.digest_count;
    if (status) {
        libgguf_source_digests_free(out);
    }
    pthread_mutex_destroy(&workers.progress_lock);
    pthread_mutex_destroy(&workers.lock);
    return status;
}

void libgguf_source_digests_free(struct libgguf_source_digests *digests)
{
    free(digests->chunks);
    *digests = (struct libgguf_source_digests){0};
}
