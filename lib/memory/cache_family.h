/** @file What each architecture keeps per token and per sequence. Private to memory/. */
#ifndef MEMORY_CACHE_FAMILY_H
#define MEMORY_CACHE_FAMILY_H

#include <stdbool.h>
#include <stdint.h>

#include <libgguf/value.h>

/** How layers divide into those with a KV cache and those with a state. */
enum cache_family {
    FAMILY_ATTENTION,       /* a KV cache on every layer that has KV heads */
    FAMILY_ENCODER,         /* neither: the whole text is computed at once */
    FAMILY_RECURRENT,       /* a state on every layer */
    FAMILY_HYBRID_HEADS,    /* a state on the layers without KV heads */
    FAMILY_HYBRID_HEADS_FF, /* a state on those that have no feed-forward part either */
    FAMILY_HYBRID_INTERVAL, /* a KV cache on every n-th layer, a state on the others */
    FAMILY_HYBRID_BOTH,     /* both on every layer */
    FAMILY_UPPER_BOUND,     /* counted as attention and, with its keys, a state on every layer */
};

/** One architecture. */
struct cache_row {
    const char *name;
    enum cache_family family;
    uint32_t period;         /* one layer of so many is not sliding; 0: windows are ignored */
    uint32_t default_window; /* tokens, where the file states none; 0: then there is none */
    bool dense_first;        /* it is the first of the period, not the last */
};

/** The row for @p name, or NULL for an architecture the table does not have. */
const struct cache_row *cache_row_find(const struct libgguf_str *name);

#endif
