/** @file What the architectures of llama.cpp cannot do without. */
#ifndef MODEL_ARCHITECTURE_H
#define MODEL_ARCHITECTURE_H

#include <libgguf/value.h>

#define ARCHITECTURE_MAX_REQUIRED 8

struct architecture {
    const char *name;
    const char *required[ARCHITECTURE_MAX_REQUIRED]; /* without the prefix; NULL ends them */
};

/** The row for @p name, or NULL for an architecture the table does not have. */
const struct architecture *architecture_find(const struct libgguf_str *name);

#endif
