#include "base/source_stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/source.h"

#define STREAM_STEP ((size_t)65536)

/* Behind a pointer: reading a stream moves it on, though the source itself stays as it is. */
struct stream_state {
    unsigned char *kept; /* the bytes [0, kept_size) */
    size_t kept_size;
    size_t kept_capacity;
    uint64_t position; /* bytes taken from the descriptor; more than kept_size after a drain */
    bool at_end;
};

struct stream_source {
    struct libgguf_source base;
    struct stream_state *state;
    uint64_t retain_limit;
    int descriptor;
    bool owns_descriptor;
};

static enum libgguf_status take(const struct stream_source *stream, void *buffer, size_t size,
                                size_t *got, struct libgguf_error *err)
{
    ssize_t step;
    do {
        step = read(stream->descriptor, buffer, size);
    } while (step < 0 && errno == EINTR);
    if (step < 0) {
        return failure_read(err, errno, stream->state->position, NULL);
    }
    *got = (size_t)step;
    stream->state->position += *got;
    stream->state->at_end = step == 0;
    return LIBGGUF_OK;
}

static bool make_room(struct stream_state *state)
{
    if (state->kept_capacity - state->kept_size >= STREAM_STEP) {
        return true;
    }
    const size_t capacity = state->kept_capacity ? state->kept_capacity * 2 : 4 * STREAM_STEP;
    unsigned char *const kept = realloc(state->kept, capacity);
    if (!kept) {
        return false;
    }
    state->kept = kept;
    state->kept_capacity = capacity;
    return true;
}

/* Reads on until @p wanted bytes are kept, or the stream ends, or was drained. */
static enum libgguf_status keep(const struct stream_source *stream, uint64_t wanted,
                                struct libgguf_error *err)
{
    struct stream_state *const state = stream->state;
    while (state->kept_size < wanted && !state->at_end && state->position == state->kept_size) {
        if (state->kept_size >= stream->retain_limit) {
            return failure(err, LIBGGUF_ERR_RANGE, state->kept_size,
                           "more than %" PRIu64 " bytes of the stream would have to be kept",
                           stream->retain_limit);
        }
        if (!make_room(state)) {
            return failure_memory(err);
        }
        const uint64_t allowed = stream->retain_limit - state->kept_size;
        size_t got;
        const enum libgguf_status status =
            take(stream, state->kept + state->kept_size,
                 allowed < STREAM_STEP ? (size_t)allowed : STREAM_STEP, &got, err);
        if (status) {
            return status;
        }
        state->kept_size += got;
    }
    return LIBGGUF_OK;
}

static enum libgguf_status stream_read_some(const struct libgguf_source *source, uint64_t offset,
                                            void *buffer, size_t size, size_t *got,
                                            struct libgguf_error *err)
{
    const struct stream_source *const stream = (const struct stream_source *)source;
    struct stream_state *const state = stream->state;
    const enum libgguf_status status = keep(stream, offset + size, err);
    /* A caller that only looks ahead gets what is there before it is told of the limit. */
    if (status && (status != LIBGGUF_ERR_RANGE || offset >= state->kept_size)) {
        return status;
    }
    if (offset >= state->kept_size && offset < state->position) {
        return failure(err, LIBGGUF_ERR_RANGE, offset,
                       "byte %" PRIu64 " of the stream was read past and not kept", offset);
    }
    const uint64_t left = offset < state->kept_size ? state->kept_size - offset : 0;
    *got = left < size ? (size_t)left : size;
    if (*got > 0) {
        memcpy(buffer, state->kept + offset, *got);
    }
    return LIBGGUF_OK;
}

static uint64_t stream_size(const struct libgguf_source *source)
{
    const struct stream_state *const state = ((const struct stream_source *)source)->state;
    return state->at_end ? state->position : LIBGGUF_SIZE_UNKNOWN;
}

static void stream_close(struct libgguf_source *source)
{
    struct stream_source *const stream = (struct stream_source *)source;
    if (stream->owns_descriptor) {
        close(stream->descriptor);
    }
    free(stream->state->kept);
    free(stream->state);
    free(stream);
}

static enum libgguf_status stream_drain(const struct libgguf_source *source,
                                        bool (*progress)(void *context, uint64_t bytes),
                                        void *context, struct libgguf_error *err)
{
    const struct stream_source *const stream = (const struct stream_source *)source;
    unsigned char *const discarded = malloc(STREAM_STEP);
    if (!discarded) {
        return failure_memory(err);
    }
    enum libgguf_status status = LIBGGUF_OK;
    while (!status && !stream->state->at_end) {
        size_t got;
        status = take(stream, discarded, STREAM_STEP, &got, err);
        if (!status && progress && !progress(context, stream->state->position)) {
            status = failure(err, LIBGGUF_ERR_CANCELLED, LIBGGUF_NO_OFFSET, "cancelled");
        }
    }
    free(discarded);
    return status;
}

static enum libgguf_status stream_read_forward(const struct libgguf_source *source, uint64_t offset,
                                               void *buffer, size_t size, size_t *got,
                                               struct libgguf_error *err)
{
    const struct stream_source *const stream = (const struct stream_source *)source;
    struct stream_state *const state = stream->state;
    if (offset < state->kept_size) {
        const uint64_t left = state->kept_size - offset;
        *got = left < size ? (size_t)left : size;
        memcpy(buffer, state->kept + offset, *got);
    } else if (offset != state->position) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, offset,
                       "the stream stands at byte %" PRIu64 " and cannot go back", state->position);
    }
    while (*got < size && !state->at_end && offset + *got == state->position) {
        size_t step;
        const enum libgguf_status status =
            take(stream, (unsigned char *)buffer + *got, size - *got, &step, err);
        if (status) {
            return status;
        }
        *got += step;
    }
    return LIBGGUF_OK;
}

static const struct source_class stream_class = {.read_some = stream_read_some,
                                                 .size = stream_size,
                                                 .close = stream_close,
                                                 .drain = stream_drain,
                                                 .read_forward = stream_read_forward};

enum libgguf_status source_stream_create(int fd, bool owns_fd, uint64_t retain_limit,
                                         struct libgguf_source **out, struct libgguf_error *err)
{
    struct stream_source *const stream = malloc(sizeof *stream);
    struct stream_state *const state = calloc(1, sizeof *state);
    if (!stream || !state) {
        free(stream);
        free(state);
        return failure_memory(err);
    }
    *stream = (struct stream_source){.base = {.class = &stream_class, .fd = -1},
                                     .state = state,
                                     .retain_limit = retain_limit,
                                     .descriptor = fd,
                                     .owns_descriptor = owns_fd};
    *out = &stream->base;
    return LIBGGUF_OK;
}
