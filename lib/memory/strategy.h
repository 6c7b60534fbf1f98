/** @file A strategy is a list of phases, and each phase says what is live where. Private. */
#ifndef MEMORY_STRATEGY_H
#define MEMORY_STRATEGY_H

#include <stdbool.h>
#include <stdint.h>

#include <libgguf/estimate.h>

/** The bit of term @p name in a mask. */
#define TERM(name) (UINT32_C(1) << LIBGGUF_TERM_##name)

/** How the bytes get into the module. */
enum transfer {
    TRANSFER_WHOLE,
    TRANSFER_WINDOWS, /* a window at a time */
    TRANSFER_CHUNKS,
    TRANSFER_NONE,
};

/** The form in which one tensor is held in one piece. */
enum tensor_form {
    TENSOR_PACKED,
    TENSOR_F32,
    TENSOR_MAPPED,
};

/** What is live in one phase: masks of terms. */
struct phase_row {
    const char *name;
    uint32_t live[LIBGGUF_POOL_COUNT];
};

/** One strategy. */
struct strategy_row {
    const char *name;
    const char *summary;
    const struct phase_row *phases; /* LIBGGUF_PHASE_COUNT of them */
    enum transfer transfer;
    enum tensor_form form;
    bool memory64;
    bool by_layer;  /* tensors are allocated from the configuration: layers first */
    bool fragments; /* an allocator may not reuse what is released on the way */
};

/** The row of @p strategy, or NULL for a value beyond the enum. */
const struct strategy_row *strategy_row(enum libgguf_strategy strategy);

#endif
