/** @file The members of a manifest's JSON: what is there, and of which type. */
#ifndef DIGEST_MANIFEST_MEMBERS_H
#define DIGEST_MANIFEST_MEMBERS_H

#include <stdbool.h>

#include "digest/manifest_place.h"

/* A JSON value; belongs to the document that members_load() made. */
struct json_value;

/* A member that an object of the manifest may have. */
struct member {
    const char *key;
    bool required;
    const struct json_value **out; /* NULL is stored when it is absent */
};

/* Parses @p size bytes at @p data. Statuses of this file: MANIFEST, MEMORY. */
enum libgguf_status members_load(const char *data, size_t size, struct json_value **out,
                                 struct libgguf_error *err);
/* Frees the whole document. */
void members_free(struct json_value *document);

/* Finds the members of the object @p value, which must have no others. */
enum libgguf_status members_read_object(const struct json_value *value, const struct place *place,
                                        const struct member *members, size_t count,
                                        struct libgguf_error *err);

/* The member @p key of the object @p value; NULL when it is absent, or no object. */
const struct json_value *members_find(const struct json_value *value, const char *key);

/* The size of the array @p value. */
enum libgguf_status members_read_array(const struct json_value *value, const struct place *place,
                                       size_t limit, size_t *count, struct libgguf_error *err);
/* Its element at @p index. */
const struct json_value *members_element(const struct json_value *value, size_t index);

/* The integer @p value, which must be in [least, most]. */
enum libgguf_status members_read_number(const struct json_value *value, const struct place *place,
                                        uint64_t least, uint64_t most, uint64_t *out,
                                        struct libgguf_error *err);

/* The string @p value, of at most @p limit bytes; belongs to the document. */
enum libgguf_status members_read_string(const struct json_value *value, const struct place *place,
                                        size_t limit, const char **data, size_t *size,
                                        struct libgguf_error *err);

#endif
