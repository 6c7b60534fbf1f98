/** @file The members of a manifest's JSON: what is there, and of which type. */
#ifndef DIGEST_MANIFEST_MEMBERS_H
#define DIGEST_MANIFEST_MEMBERS_H

#include <stdbool.h>

#include "digest/manifest_place.h"
#include "digest/manifest_split.h"

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

/* The elements of an array, one at a time; @c next is NULL at the end. The rest is private. */
struct member_list {
    const struct json_value *next;
    size_t index; /* of the one after */
    const struct json_value *array;
    const struct split_list *text; /* where the elements are when they are not in the array */
    size_t taken;                  /* bytes of the text */
    struct json_value *parsed;     /* what of the text is next */
};

/* Begins with the array @p value, whose elements are in @p text unless that is NULL. */
enum libgguf_status members_list_begin(struct member_list *list, const struct json_value *value,
                                       const struct split_list *text, const struct place *place,
                                       struct libgguf_error *err);
/* Goes on; the element before is no longer valid. */
enum libgguf_status members_list_next(struct member_list *list, const struct place *place,
                                      struct libgguf_error *err);
/* Frees what is left, also after an error. */
void members_list_end(struct member_list *list);

/* The integer @p value, which must be in [least, most]. */
enum libgguf_status members_read_number(const struct json_value *value, const struct place *place,
                                        uint64_t least, uint64_t most, uint64_t *out,
                                        struct libgguf_error *err);

/* The string @p value, of at most @p limit bytes; belongs to the document. */
enum libgguf_status members_read_string(const struct json_value *value, const struct place *place,
                                        size_t limit, const char **data, size_t *size,
                                        struct libgguf_error *err);

#endif
