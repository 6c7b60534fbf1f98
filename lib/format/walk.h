/** @file Walking over values with a cursor: what is read is checked, what is long is skipped. */
#ifndef FORMAT_WALK_H
#define FORMAT_WALK_H

#include <libgguf/value.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "base/error.h"

/** Where a walk is and what it belongs to. */
struct walk {
    struct cursor cursor;
    const struct libgguf_file *file; /* for the arrays it finds */
    struct arena *arena;             /* for strings of sources that are not memory */
    /* For error texts, such as "key 'general.name'"; the name may be NULL. */
    const char *noun;
    const struct libgguf_str *name;
    struct libgguf_error *err;
};

/** Room for walk_subject(). */
#define WALK_SUBJECT_SIZE (ERROR_NAME_SIZE + 32)

/** Writes what the walk is at into @p out and returns it. */
const char *walk_subject(const struct walk *walk, char out[WALK_SUBJECT_SIZE]);

/** The failure that stopped the cursor, as "SUBJECT: the file ends ...". */
enum libgguf_status walk_stopped(struct walk *walk);

/**
 * TRUNCATED unless @p count records of at least @p smallest bytes each can stand in what is left.
 * @p noun says what they are ("elements").
 */
enum libgguf_status walk_expect(struct walk *walk, uint64_t count, uint64_t smallest,
                                const char *noun);

/** Reads a length and that many bytes, which are kept in memory whatever their size. */
enum libgguf_status walk_name(struct walk *walk, struct libgguf_str *out);

/** Reads the value after its type; strings longer than LIBGGUF_INLINE_STRING_MAX stay behind. */
enum libgguf_status walk_value(struct walk *walk, uint32_t type, struct libgguf_value *out);

/** Reads an array's element type and count and moves over its elements, @p depth levels deep. */
enum libgguf_status walk_array(struct walk *walk, struct libgguf_array *out);

#endif
