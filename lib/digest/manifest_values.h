/** @file Single values of a manifest, taken over or refused by their place. */
#ifndef DIGEST_MANIFEST_VALUES_H
#define DIGEST_MANIFEST_VALUES_H

#include "digest/manifest.h"
#include "digest/manifest_members.h"

/* A manifest being read. */
struct reader {
    struct manifest *manifest;
    const struct manifest_split *split;
    struct libgguf_error *err;
};

/* An integer in [least, most]. */
enum libgguf_status value_number(const struct reader *reader, const struct json_value *json,
                                 const struct place *parent, const char *key, uint64_t least,
                                 uint64_t most, uint64_t *out);

/* An integer that may be absent. */
enum libgguf_status value_optional(const struct reader *reader, const struct json_value *json,
                                   const struct place *parent, const char *key,
                                   struct libgguf_manifest_number *out);

/* A digest, which may only be absent when @p present is not NULL. */
enum libgguf_status value_digest(const struct reader *reader, const struct json_value *json,
                                 const struct place *parent, const char *key, bool *present,
                                 struct libgguf_digest *out);

/* The index of a string among @p count @p words. */
enum libgguf_status value_word(const struct reader *reader, const struct json_value *json,
                               const struct place *parent, const char *key,
                               const char *const *words, size_t count, size_t *out);

/* A string of at most @p limit bytes; leaves @p out as it is when absent. */
enum libgguf_status value_text(const struct reader *reader, const struct json_value *json,
                               const struct place *parent, const char *key, size_t limit,
                               struct libgguf_manifest_text *out);

/* A name in one of its two forms. */
enum libgguf_status value_name(const struct reader *reader, const struct json_value *name,
                               const struct json_value *name_hex, const struct place *parent,
                               struct libgguf_manifest_text *out);

/* Reads the elements of a file's chunks, or of its tensors. manifest_elements.c */
enum libgguf_status read_chunks(const struct reader *reader, const struct json_value *json,
                                const struct place *parent, size_t index,
                                struct libgguf_manifest_file *file);
enum libgguf_status read_tensors(const struct reader *reader, const struct json_value *json,
                                 const struct place *parent, size_t index,
                                 struct libgguf_manifest_file *file);

#endif
