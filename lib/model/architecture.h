/** @file What the architectures of llama.cpp cannot do without. */
#ifndef MODEL_ARCHITECTURE_H
#define MODEL_ARCHITECTURE_H

#include <stdbool.h>

#include <libgguf/value.h>

#define ARCHITECTURE_MAX_EXTRAS 5

struct architecture {
    const char *name;
    const char *norm; /* the key of the norm's epsilon, without the prefix */
    bool attention;   /* has attention heads and a feed-forward part in its layers */
    const char *extras[ARCHITECTURE_MAX_EXTRAS]; /* further required keys; NULL ends them */
};

/** The row for @p name, or NULL for an architecture the table does not have. */
const struct architecture *architecture_find(const struct libgguf_str *name);

#endif
