/*
 * One thread at a time reads blocks into a ring; four stages take every block in order: the digest
 * of the whole, of the chunks, of the spans, and the hooks, which follow the chunks so that a
 * chunk's digest is known when it ends. A stage is not bound to a thread: whoever is idle takes
 * the stage that is furthest behind, or reads. So two threads share two digests and the reading
 * evenly, and one thread alone does everything in turn.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/source.h"
#include "digest/workers.h"

#define SLOT_COUNT 24
/* Read on when the fastest stage has no more than this many blocks before it. */
#define LOW_WATER 3

enum stage_kind { STAGE_SOURCE, STAGE_CHUNKS, STAGE_SPANS, STAGE_HOOKS, STAGE_COUNT };

/* A stage is touched by the thread that made it busy, and its counters under the lock. */
struct stage {
    bool enabled;
    bool busy;
    uint64_t blocks; /* taken */
    uint64_t offset; /* of the next byte */
    struct libgguf_hasher *hasher;
    bool is_open; /* inside a chunk */
    size_t index; /* of the chunk or span */
    uint64_t left;
    struct hooked_chunk hooked;
};

struct ring {
    struct workers *workers;
    pthread_cond_t changed;
    unsigned waiting;
    bool reading;
    bool at_end;
    uint64_t blocks; /* read */
    uint64_t offset; /* of the next byte to read */
    size_t sizes[SLOT_COUNT];
    unsigned char *slots;
    struct stage stages[STAGE_COUNT];
};

/* What an idle thread turns to: a stage, or one of these. */
enum { TURN_READ = STAGE_COUNT, TURN_WAIT, TURN_END };

static enum libgguf_status end_chunk(struct ring *ring, struct stage *stage,
                                     struct libgguf_error *err)
{
    struct libgguf_digest digest;
    const enum libgguf_status status = libgguf_hasher_finish(stage->hasher, &digest, err);
    stage->is_open = false;
    return status ? status : workers_store(ring->workers, stage->index++, &digest, err);
}

static enum libgguf_status end_hooked(struct ring *ring, struct stage *stage,
                                      struct libgguf_error *err)
{
    const struct libgguf_digest digest = workers_digest(ring->workers, stage->index++);
    stage->is_open = false;
    return hooked_chunk_end(ring->workers, &stage->hooked, &digest, err);
}

static enum libgguf_status next_chunk(struct ring *ring, struct stage *stage, bool hooked,
                                      struct libgguf_error *err)
{
    struct libgguf_piece piece;
    if (stage->index >= LIBGGUF_MAX_CHUNKS ||
        !libgguf_plan_at(ring->workers->plan, stage->index, &piece)) {
        return failure(err, LIBGGUF_ERR_RANGE, stage->offset,
                       "more than %d chunks: the chunk size is too small for so many bytes",
                       LIBGGUF_MAX_CHUNKS);
    }
    stage->is_open = true;
    stage->left = piece.size;
    return hooked ? hooked_chunk_begin(ring->workers, &stage->hooked, stage->index, &piece, err)
                  : LIBGGUF_OK;
}

/* Walks a block along the plan, for the digests of the chunks or for the hooks. */
static enum libgguf_status take_chunks(struct ring *ring, struct stage *stage, bool hooked,
                                       const unsigned char *data, size_t size,
                                       struct libgguf_error *err)
{
    enum libgguf_status status = LIBGGUF_OK;
    while (!status && size > 0) {
        if (!stage->is_open) {
            status = next_chunk(ring, stage, hooked, err);
            if (status) {
                break;
            }
        }
        const size_t step = stage->left < size ? (size_t)stage->left : size;
        if (hooked) {
            status = hooked_chunk_data(ring->workers, &stage->hooked, data, step, err);
        } else {
            libgguf_hasher_update(stage->hasher, data, step);
        }
        data += step;
        size -= step;
        stage->left -= step;
        stage->offset += step;
        if (!status && stage->left == 0) {
            status = hooked ? end_hooked(ring, stage, err) : end_chunk(ring, stage, err);
        }
    }
    return status;
}

/* Finishes the spans that end at or before the stage's offset; all of them when @p at_end. */
static enum libgguf_status end_spans(struct ring *ring, struct stage *stage, bool at_end,
                                     struct libgguf_error *err)
{
    const struct libgguf_digest_options *const options = ring->workers->options;
    enum libgguf_status status = LIBGGUF_OK;
    while (!status && stage->index < options->span_count) {
        const struct libgguf_piece *const span = &options->spans[stage->index];
        if (!at_end && stage->offset < span->offset + span->size) {
            break;
        }
        status = libgguf_hasher_finish(stage->hasher, &options->span_digests[stage->index++], err);
    }
    return status;
}

static enum libgguf_status take_spans(struct ring *ring, struct stage *stage,
                                      const unsigned char *data, size_t size,
                                      struct libgguf_error *err)
{
    const struct libgguf_digest_options *const options = ring->workers->options;
    enum libgguf_status status = LIBGGUF_OK;
    while (!status && size > 0) {
        uint64_t step = size;
        if (stage->index < options->span_count) {
            const struct libgguf_piece *const span = &options->spans[stage->index];
            const bool inside = stage->offset >= span->offset;
            const uint64_t until = inside ? span->offset + span->size : span->offset;
            step = until - stage->offset < size ? until - stage->offset : size;
            if (inside) {
                libgguf_hasher_update(stage->hasher, data, (size_t)step);
            }
        }
        data += step;
        size -= (size_t)step;
        stage->offset += step;
        status = end_spans(ring, stage, false, err);
    }
    return status;
}

static enum libgguf_status take_block(struct ring *ring, enum stage_kind kind,
                                      const unsigned char *data, size_t size,
                                      struct libgguf_error *err)
{
    struct stage *const stage = &ring->stages[kind];
    switch (kind) {
    case STAGE_SOURCE:
        libgguf_hasher_update(stage->hasher, data, size);
        return LIBGGUF_OK;
    case STAGE_SPANS:
        return take_spans(ring, stage, data, size, err);
    default:
        return take_chunks(ring, stage, kind == STAGE_HOOKS, data, size, err);
    }
}

static enum libgguf_status read_block(struct ring *ring, unsigned char *slot, size_t *got,
                                      struct libgguf_error *err)
{
    const uint64_t limit = ring->workers->size;
    const uint64_t left = limit - ring->offset;
    const size_t wanted = left < BLOCK_SIZE ? (size_t)left : BLOCK_SIZE;
    const enum libgguf_status status =
        source_read_forward(ring->workers->source, ring->offset, slot, wanted, got, err);
    if (!status && *got < wanted && limit != LIBGGUF_SIZE_UNKNOWN) {
        return failure(err, LIBGGUF_ERR_CHANGED, ring->offset + *got,
                       "the file ends at byte %" PRIu64 ", and had %" PRIu64
                       " bytes when it was opened",
                       ring->offset + *got, limit);
    }
    return status;
}

/* With the lock held. */
static uint64_t blocks_before(const struct ring *ring, int kind)
{
    return kind == STAGE_HOOKS ? ring->stages[STAGE_CHUNKS].blocks : ring->blocks;
}

/* With the lock held: what a thread that has nothing to do should do. */
static int choose_turn(const struct ring *ring)
{
    if (ring->workers->stopped) {
        return TURN_END;
    }
    uint64_t slowest = ring->blocks;
    uint64_t fastest = 0;
    int turn = TURN_WAIT;
    for (int kind = 0; kind < STAGE_COUNT; kind++) {
        const struct stage *const stage = &ring->stages[kind];
        if (!stage->enabled) {
            continue;
        }
        slowest = stage->blocks < slowest ? stage->blocks : slowest;
        fastest = stage->blocks > fastest ? stage->blocks : fastest;
        if (!stage->busy && stage->blocks < blocks_before(ring, kind) &&
            (turn == TURN_WAIT || stage->blocks < ring->stages[turn].blocks)) {
            turn = kind;
        }
    }
    const bool can_read = !ring->reading && !ring->at_end && ring->blocks - slowest < SLOT_COUNT;
    if (can_read && (turn == TURN_WAIT || ring->blocks - fastest < LOW_WATER)) {
        return TURN_READ;
    }
    if (turn == TURN_WAIT && ring->at_end && slowest == ring->blocks) {
        return TURN_END;
    }
    return turn;
}

static enum libgguf_status take_turn_reading(struct ring *ring, struct libgguf_error *err)
{
    size_t got = 0;
    const size_t slot = (size_t)(ring->blocks % SLOT_COUNT);
    const enum libgguf_status status = read_block(ring, ring->slots + slot * BLOCK_SIZE, &got, err);
    if (status || !workers_progress(ring->workers, got)) {
        return status;
    }
    pthread_mutex_lock(&ring->workers->lock);
    ring->reading = false;
    ring->sizes[slot] = got;
    ring->offset += got;
    ring->blocks += got > 0;
    ring->at_end = got < BLOCK_SIZE || ring->offset == ring->workers->size;
    pthread_mutex_unlock(&ring->workers->lock);
    return LIBGGUF_OK;
}

/* A turn that fails is not handed on: nobody may go on with it before the run is stopped. */
static enum libgguf_status take_turn(struct ring *ring, int turn, struct libgguf_error *err)
{
    if (turn == TURN_READ) {
        return take_turn_reading(ring, err);
    }
    struct stage *const stage = &ring->stages[turn];
    const size_t slot = (size_t)(stage->blocks % SLOT_COUNT);
    const enum libgguf_status status = take_block(
        ring, (enum stage_kind)turn, ring->slots + slot * BLOCK_SIZE, ring->sizes[slot], err);
    if (status) {
        return status;
    }
    pthread_mutex_lock(&ring->workers->lock);
    stage->busy = false;
    stage->blocks++;
    pthread_mutex_unlock(&ring->workers->lock);
    return LIBGGUF_OK;
}

static void ring_work(void *context)
{
    struct ring *const ring = context;
    pthread_mutex_t *const lock = &ring->workers->lock;
    pthread_mutex_lock(lock);
    for (;;) {
        const int turn = choose_turn(ring);
        if (turn == TURN_END) {
            break;
        }
        if (turn == TURN_WAIT) {
            ring->waiting++;
            pthread_cond_wait(&ring->changed, lock);
            ring->waiting--;
            continue;
        }
        if (turn == TURN_READ) {
            ring->reading = true;
        } else {
            ring->stages[turn].busy = true;
        }
        pthread_mutex_unlock(lock);
        struct libgguf_error err;
        const enum libgguf_status status = take_turn(ring, turn, &err);
        if (status) {
            workers_fail(ring->workers, status, &err);
        }
        pthread_mutex_lock(lock);
        if (ring->waiting > 0) {
            pthread_cond_broadcast(&ring->changed);
        }
    }
    pthread_cond_broadcast(&ring->changed);
    pthread_mutex_unlock(lock);
}

/* After the threads: the last chunk of a stream, which is shorter than planned, and the rest. */
static enum libgguf_status finish(struct ring *ring, struct libgguf_digest *source_digest,
                                  struct libgguf_error *err)
{
    struct stage *const chunks = &ring->stages[STAGE_CHUNKS];
    struct stage *const hooks = &ring->stages[STAGE_HOOKS];
    enum libgguf_status status = LIBGGUF_OK;
    if (chunks->is_open) {
        status = end_chunk(ring, chunks, err);
    }
    if (!status && hooks->is_open) {
        hooks->hooked.piece.size -= hooks->left;
        status = end_hooked(ring, hooks, err);
    }
    if (!status && ring->stages[STAGE_SPANS].enabled) {
        status = end_spans(ring, &ring->stages[STAGE_SPANS], true, err);
    }
    if (!status && ring->stages[STAGE_SOURCE].enabled) {
        status = libgguf_hasher_finish(ring->stages[STAGE_SOURCE].hasher, source_digest, err);
    }
    return status;
}

static enum libgguf_status set_up(struct ring *ring, struct libgguf_error *err)
{
    const struct libgguf_digest_options *const options = ring->workers->options;
    ring->stages[STAGE_SOURCE].enabled = !options->no_source_digest;
    ring->stages[STAGE_CHUNKS].enabled = true;
    ring->stages[STAGE_SPANS].enabled = options->span_count > 0;
    ring->stages[STAGE_HOOKS].enabled = ring->workers->hooks_want_chunks;
    ring->slots = malloc(SLOT_COUNT * BLOCK_SIZE);
    if (!ring->slots) {
        return failure_memory(err);
    }
    for (int kind = 0; kind < STAGE_HOOKS; kind++) {
        if (ring->stages[kind].enabled) {
            const enum libgguf_status status =
                libgguf_hasher_create(&ring->stages[kind].hasher, err);
            if (status) {
                return status;
            }
        }
    }
    return LIBGGUF_OK;
}

enum libgguf_status ring_run(struct workers *workers, struct libgguf_digest *source_digest,
                             uint64_t *size, struct libgguf_error *err)
{
    struct ring ring = {.workers = workers, .at_end = workers->size == 0};
    if (pthread_cond_init(&ring.changed, NULL) != 0) {
        return failure_memory(err);
    }
    enum libgguf_status status = set_up(&ring, err);
    if (!status) {
        workers_run(workers, ring_work, &ring);
        status = workers->status;
        if (status && err) {
            *err = workers->error;
        }
    }
    if (!status) {
        status = finish(&ring, source_digest, err);
    }
    hooked_chunk_abort(workers, &ring.stages[STAGE_HOOKS].hooked);
    *size = ring.offset;
    for (int kind = 0; kind < STAGE_COUNT; kind++) {
        libgguf_hasher_free(ring.stages[kind].hasher);
    }
    free(ring.slots);
    pthread_cond_destroy(&ring.changed);
    return status;
}
