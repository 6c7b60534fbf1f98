/** @file Where in a manifest something is wrong: "files[0].chunks[3].size". */
#ifndef DIGEST_MANIFEST_PLACE_H
#define DIGEST_MANIFEST_PLACE_H

#include <stddef.h>

#include <libgguf/error.h>

#include "base/error.h"

/* One step of the way from the top; lives on the stack of who takes it. */
struct place {
    const struct place *parent; /* NULL: the manifest itself */
    const char *key;            /* of a member, or NULL for an element of an array */
    size_t index;               /* of that element */
};

/* Refuses the manifest for what is at @p place (NULL: all of it). Always returns MANIFEST. */
enum libgguf_status place_refuse(const struct place *place, struct libgguf_error *err,
                                 const char *format, ...) ERROR_PRINTF(3, 4);

#endif
