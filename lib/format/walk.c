#include "format/walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arithmetic.h"
#include "base/source.h"

const char *walk_subject(const struct walk *walk, char out[WALK_SUBJECT_SIZE])
{
    if (!walk->name) {
        return walk->noun;
    }
    char name[ERROR_NAME_SIZE];
    snprintf(out, WALK_SUBJECT_SIZE, "%s '%s'", walk->noun,
             error_name(name, walk->name->data, walk->name->size));
    return out;
}

enum libgguf_status walk_stopped(struct walk *walk)
{
    char subject[WALK_SUBJECT_SIZE];
    struct cursor *const cursor = &walk->cursor;
    const uint64_t offset = cursor_offset(cursor);
    switch (cursor->status) {
    case LIBGGUF_ERR_IO:
        return failure_read(walk->err, cursor->sys_errno, offset, walk_subject(walk, subject));
    case LIBGGUF_ERR_MEMORY:
        return failure_memory(walk->err);
    case LIBGGUF_ERR_RANGE:
        return failure(walk->err, LIBGGUF_ERR_RANGE, offset,
                       "%s: the header goes on beyond what may be kept of a stream",
                       walk_subject(walk, subject));
    default:
        if (cursor->end == LIBGGUF_SIZE_UNKNOWN) {
            return failure(walk->err, LIBGGUF_ERR_TRUNCATED, offset,
                           "%s: a length that reaches beyond the end of any file",
                           walk_subject(walk, subject));
        }
        /* In a stream it may be what was skipped that reached beyond the end. */
        return failure(walk->err, LIBGGUF_ERR_TRUNCATED,
                       offset < cursor->end ? offset : cursor->end,
                       "%s: the file ends at byte %" PRIu64 ", in the middle of the header",
                       walk_subject(walk, subject), cursor->end);
    }
}

enum libgguf_status walk_expect(struct walk *walk, uint64_t count, uint64_t smallest,
                                const char *noun)
{
    char subject[WALK_SUBJECT_SIZE];
    const uint64_t left = cursor_left(&walk->cursor);
    if (count <= left / smallest) {
        return LIBGGUF_OK;
    }
    if (left == UINT64_MAX) {
        return failure(walk->err, LIBGGUF_ERR_TRUNCATED, cursor_offset(&walk->cursor),
                       "%s: %" PRIu64 " %s of at least %" PRIu64
                       " byte%s each would reach beyond the end of any file",
                       walk_subject(walk, subject), count, noun, smallest, error_plural(smallest));
    }
    return failure(
        walk->err, LIBGGUF_ERR_TRUNCATED, cursor_offset(&walk->cursor),
        "%s: %" PRIu64 " %s need at least %" PRIu64 " byte%s each, but %" PRIu64 " bytes are left",
        walk_subject(walk, subject), count, noun, smallest, error_plural(smallest), left);
}

/* The bytes of a string that the cursor stands before, kept in memory. */
static enum libgguf_status keep_bytes(struct walk *walk, uint64_t size, const char **out)
{
    char subject[WALK_SUBJECT_SIZE];
    struct cursor *const cursor = &walk->cursor;
    if (size > SIZE_MAX) {
        return failure(walk->err, LIBGGUF_ERR_RANGE, cursor_offset(cursor),
                       "%s: a name of %" PRIu64 " bytes", walk_subject(walk, subject), size);
    }
    if (cursor->source->memory) {
        *out = (const char *)cursor->base + cursor->pos;
        cursor_skip(cursor, size);
        return LIBGGUF_OK;
    }
    if (cursor_left(cursor) == UINT64_MAX) {
        /* A stream: allocate only for bytes that have arrived. */
        const uint64_t start = cursor_offset(cursor);
        cursor_skip(cursor, size);
        if (!cursor->ok) {
            return walk_stopped(walk);
        }
        cursor_seek(cursor, start);
    }
    char *const copy = arena_bytes(walk->arena, (size_t)size);
    if (!copy) {
        return failure_memory(walk->err);
    }
    cursor_read(cursor, copy, (size_t)size);
    *out = copy;
    return cursor->ok ? LIBGGUF_OK : walk_stopped(walk);
}

static enum libgguf_status walk_string(struct walk *walk, uint64_t keep_up_to,
                                       struct libgguf_str *out)
{
    char subject[WALK_SUBJECT_SIZE];
    struct cursor *const cursor = &walk->cursor;
    const uint64_t size = cursor_length(cursor);
    if (!cursor->ok) {
        return walk_stopped(walk);
    }
    *out = (struct libgguf_str){.size = size, .offset = cursor_offset(cursor)};
    const uint64_t left = cursor_left(cursor);
    if (size > left) {
        return failure(walk->err, LIBGGUF_ERR_TRUNCATED, out->offset,
                       "%s: a string of %" PRIu64 " bytes, but %" PRIu64 " bytes are left",
                       walk_subject(walk, subject), size, left);
    }
    if (size == 0) {
        out->data = "";
        return LIBGGUF_OK;
    }
    if (size <= keep_up_to || cursor->source->memory) {
        return keep_bytes(walk, size, &out->data);
    }
    cursor_skip(cursor, size);
    return cursor->ok ? LIBGGUF_OK : walk_stopped(walk);
}

enum libgguf_status walk_name(struct walk *walk, struct libgguf_str *out)
{
    return walk_string(walk, UINT64_MAX, out);
}

/* One level of arrays: how many elements are still to be walked over. */
struct level {
    uint32_t type;
    uint64_t count;
};

static enum libgguf_status walk_array_head(struct walk *walk, struct level *out)
{
    char subject[WALK_SUBJECT_SIZE];
    struct cursor *const cursor = &walk->cursor;
    const uint64_t type_offset = cursor_offset(cursor);
    out->type = cursor_u32(cursor);
    out->count = cursor_length(cursor);
    if (!cursor->ok) {
        return walk_stopped(walk);
    }
    if (!libgguf_value_type_name((enum libgguf_value_type)out->type)) {
        return failure(walk->err, LIBGGUF_ERR_VALUE_TYPE, type_offset,
                       "%s: unknown array element type %" PRIu32 ", known are 0 to 12",
                       walk_subject(walk, subject), out->type);
    }
    const uint64_t length_size = cursor->wide ? 8 : 4;
    uint64_t smallest = libgguf_value_type_size((enum libgguf_value_type)out->type);
    if (out->type == LIBGGUF_VALUE_STRING) {
        smallest = length_size;
    } else if (out->type == LIBGGUF_VALUE_ARRAY) {
        smallest = 4 + length_size;
    }
    return walk_expect(walk, out->count, smallest, "array elements");
}

static void skip_elements(struct cursor *cursor, const struct level *level)
{
    if (level->type == LIBGGUF_VALUE_STRING) {
        cursor_skip_strings(cursor, level->count);
        return;
    }
    uint64_t size;
    if (!checked_mul_u64(level->count,
                         libgguf_value_type_size((enum libgguf_value_type)level->type), &size)) {
        size = UINT64_MAX;
    }
    cursor_skip(cursor, size);
}

enum libgguf_status walk_array(struct walk *walk, struct libgguf_array *out)
{
    char subject[WALK_SUBJECT_SIZE];
    struct cursor *const cursor = &walk->cursor;
    struct level levels[LIBGGUF_MAX_ARRAY_DEPTH];
    size_t depth = 1;
    enum libgguf_status status = walk_array_head(walk, &levels[0]);
    if (status) {
        return status;
    }
    *out = (struct libgguf_array){.file = walk->file,
                                  .type = (enum libgguf_value_type)levels[0].type,
                                  .count = levels[0].count,
                                  .offset = cursor_offset(cursor)};
    while (depth > 0) {
        struct level *const level = &levels[depth - 1];
        if (level->type != LIBGGUF_VALUE_ARRAY) {
            skip_elements(cursor, level);
            if (!cursor->ok) {
                return walk_stopped(walk);
            }
            depth--;
        } else if (level->count == 0) {
            depth--;
        } else if (depth == LIBGGUF_MAX_ARRAY_DEPTH) {
            return failure(walk->err, LIBGGUF_ERR_DEPTH, cursor_offset(cursor),
                           "%s: arrays nested deeper than %d levels", walk_subject(walk, subject),
                           LIBGGUF_MAX_ARRAY_DEPTH);
        } else {
            level->count--;
            status = walk_array_head(walk, &levels[depth++]);
            if (status) {
                return status;
            }
        }
    }
    out->size = cursor_offset(cursor) - out->offset;
    return LIBGGUF_OK;
}

static void walk_scalar(struct cursor *cursor, struct libgguf_value *out)
{
    switch (libgguf_value_type_size(out->type)) {
    case 1:
        out->as.u8 = cursor_u8(cursor);
        break;
    case 2:
        out->as.u16 = cursor_u16(cursor);
        break;
    case 4: {
        const uint32_t bits = cursor_u32(cursor);
        memcpy(&out->as, &bits, sizeof bits);
        break;
    }
    default: {
        const uint64_t bits = cursor_u64(cursor);
        memcpy(&out->as, &bits, sizeof bits);
        break;
    }
    }
}

enum libgguf_status walk_value(struct walk *walk, uint32_t type, struct libgguf_value *out)
{
    struct cursor *const cursor = &walk->cursor;
    *out = (struct libgguf_value){.type = (enum libgguf_value_type)type,
                                  .offset = cursor_offset(cursor)};
    enum libgguf_status status = LIBGGUF_OK;
    if (type == LIBGGUF_VALUE_STRING) {
        status = walk_string(walk, LIBGGUF_INLINE_STRING_MAX, &out->as.string);
    } else if (type == LIBGGUF_VALUE_ARRAY) {
        status = walk_array(walk, &out->as.array);
    } else {
        walk_scalar(cursor, out);
    }
    if (status) {
        return status;
    }
    if (!cursor->ok) {
        return walk_stopped(walk);
    }
    out->size = cursor_offset(cursor) - out->offset;
    return LIBGGUF_OK;
}
