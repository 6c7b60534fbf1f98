#include "memory/failure_point.h"

#include <stdlib.h>

#include "base/error.h"
#include "memory/weights.h"

/* A tensor in the order in which it is allocated. */
struct turn {
    uint64_t layer; /* tensors outside layers come last */
    size_t index;
};

static int compare_turns(const void *a, const void *b)
{
    const struct turn *left = a;
    const struct turn *right = b;
    if (left->layer != right->layer) {
        return left->layer < right->layer ? -1 : 1;
    }
    return (left->index > right->index) - (left->index < right->index);
}

/* Bytes that are there before the first tensor is allocated: not the tensors, nor buffers whose
 * size follows from theirs. */
static uint64_t live_before_tensors(const struct libgguf_estimate *estimate,
                                    const struct libgguf_pool_use *use)
{
    const uint32_t growing = TERM(WEIGHTS) | TERM(WEIGHTS_F32) | TERM(CACHE_F32) | TERM(STAGING) |
                             TERM(REPACKED) | TERM(TOKENIZER_LOAD);
    uint64_t live = estimate->terms[LIBGGUF_TERM_BASE].size;
    for (unsigned i = 0; i < LIBGGUF_TERM_COUNT; i++) {
        if ((use->terms & ~growing) >> i & 1) {
            live += estimate->terms[i].size;
        }
    }
    return live;
}

static enum libgguf_status find_tensor(const struct libgguf_footprint *footprint,
                                       const struct strategy_row *row,
                                       struct libgguf_estimate *estimate, struct libgguf_error *err)
{
    const struct libgguf_pool_use *use =
        &estimate->phases[estimate->failure.phase].pools[LIBGGUF_POOL_LINEAR];
    const uint64_t limit = estimate->settings.limits[LIBGGUF_LIMIT_ADDRESS];
    const size_t count = footprint->weight_count;
    struct turn *turns = malloc((count ? count : 1) * sizeof *turns);
    if (!turns) {
        return failure_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        turns[i] = (struct turn){footprint->weights[i].layer, i};
    }
    if (row->by_layer) {
        qsort(turns, count, sizeof *turns, compare_turns);
    }
    uint64_t live = live_before_tensors(estimate, use);
    for (size_t i = 0; i < count; i++) {
        const struct weight *weight = &footprint->weights[turns[i].index];
        live += row->form == TENSOR_F32 ? 4 * weight->elements
                                        : weight_size_as(weight, estimate->settings.weight_type);
        if (live > limit) {
            estimate->failure.tensor = turns[i].index;
            estimate->failure.layer = weight->layer;
            break;
        }
    }
    free(turns);
    return LIBGGUF_OK;
}

enum libgguf_status failure_point_find(const struct libgguf_footprint *footprint,
                                       const struct strategy_row *row,
                                       struct libgguf_estimate *estimate, struct libgguf_error *err)
{
    struct libgguf_address_failure *point = &estimate->failure;
    *point = (struct libgguf_address_failure){.tensor = LIBGGUF_NONE, .layer = LIBGGUF_NONE};
    for (unsigned i = 0; i < LIBGGUF_PHASE_COUNT && !point->fails; i++) {
        point->fails = estimate->phases[i].pools[LIBGGUF_POOL_LINEAR].held >
                       estimate->settings.limits[LIBGGUF_LIMIT_ADDRESS];
        point->phase = (enum libgguf_phase)i;
    }
    if (!point->fails) {
        point->phase = LIBGGUF_PHASE_FETCH;
        return LIBGGUF_OK;
    }
    const uint32_t terms = estimate->phases[point->phase].pools[LIBGGUF_POOL_LINEAR].terms;
    if (point->phase != LIBGGUF_PHASE_MATERIALISE ||
        (terms & (TERM(WEIGHTS) | TERM(WEIGHTS_F32))) == 0) {
        return LIBGGUF_OK;
    }
    return find_tensor(footprint, row, estimate, err);
}
