#include <string.h>

#include "base/source.h"
#include "format/file.h"
#include "format/walk.h"

void libgguf_array_begin(struct libgguf_array_iter *iter, const struct libgguf_array *array)
{
    iter->array = array;
    iter->index = 0;
    iter->pos = array->offset;
    iter->status = LIBGGUF_OK;
    iter->window_offset = array->offset;
    iter->window_size = 0;
    iter->base = iter->window;
    const struct libgguf_source *const source = array->file->source;
    if (source->memory) {
        iter->base = source->memory + array->offset;
        iter->window_size = (size_t)array->size;
    }
}

/* The iterator as a cursor, and back: the window is the iterator's own. */
static struct cursor resume(struct libgguf_array_iter *iter)
{
    const struct libgguf_array *const array = iter->array;
    const struct libgguf_source *const source = array->file->source;
    const struct libgguf_header *const header = &array->file->header;
    return (struct cursor){.source = source,
                           .base = iter->base,
                           .pos = (size_t)(iter->pos - iter->window_offset),
                           .size = iter->window_size,
                           .window_offset = iter->window_offset,
                           .end = array->offset + array->size,
                           .window = source->memory ? NULL : iter->window,
                           .capacity = LIBGGUF_ITER_WINDOW,
                           .big_endian = header->big_endian,
                           .wide = header->version > 1,
                           .ok = true};
}

static void suspend(struct libgguf_array_iter *iter, const struct cursor *cursor)
{
    iter->pos = cursor_offset(cursor);
    iter->window_offset = cursor->window_offset;
    iter->window_size = cursor->size;
    if (!cursor->ok) {
        iter->status = cursor->status;
    }
}

/* A string whose bytes are in the window, if they fit it. */
static void next_string(struct cursor *cursor, struct libgguf_str *out)
{
    const uint64_t size = cursor_length(cursor);
    *out = (struct libgguf_str){.size = size, .offset = cursor_offset(cursor)};
    if (size == 0) {
        out->data = "";
        return;
    }
    if (size <= SIZE_MAX && (cursor->window == NULL || size <= cursor->capacity)) {
        out->data = (const char *)cursor_peek(cursor, (size_t)size);
    }
    if (out->data) {
        cursor_skip(cursor, size);
        return;
    }
    /* Only its last byte shows that a string outside the window is still there. */
    cursor_skip(cursor, size - 1);
    cursor_u8(cursor);
}

bool libgguf_array_next(struct libgguf_array_iter *iter, struct libgguf_value *out)
{
    if (iter->status || iter->index >= iter->array->count) {
        return false;
    }
    struct walk walk = {.cursor = resume(iter), .file = iter->array->file, .noun = "array"};
    struct cursor *const cursor = &walk.cursor;
    *out = (struct libgguf_value){.type = iter->array->type, .offset = iter->pos};
    if (out->type == LIBGGUF_VALUE_STRING) {
        next_string(cursor, &out->as.string);
    } else {
        const enum libgguf_status status = walk_value(&walk, (uint32_t)out->type, out);
        if (status && cursor->ok) {
            iter->status = status;
            return false;
        }
    }
    out->size = cursor_offset(cursor) - out->offset;
    suspend(iter, cursor);
    iter->index++;
    return iter->status == LIBGGUF_OK;
}

/* The strings before it are walked over, but not looked at. */
static bool seek_string(struct libgguf_array_iter *iter, uint64_t index)
{
    if (index < iter->index) {
        libgguf_array_begin(iter, iter->array);
    }
    struct cursor cursor = resume(iter);
    cursor_skip_strings(&cursor, index - iter->index);
    suspend(iter, &cursor);
    iter->index = index;
    return iter->status == LIBGGUF_OK;
}

bool libgguf_array_seek(struct libgguf_array_iter *iter, uint64_t index)
{
    if (iter->array->type == LIBGGUF_VALUE_STRING && index <= iter->array->count && !iter->status) {
        return seek_string(iter, index);
    }
    const size_t size = libgguf_value_type_size(iter->array->type);
    if (size == 0 || index > iter->array->count || iter->status) {
        return false;
    }
    const uint64_t pos = iter->array->offset + index * size;
    iter->index = index;
    iter->pos = pos;
    const uint64_t in_window = pos - iter->window_offset;
    if (pos < iter->window_offset || in_window > iter->window_size) {
        iter->window_offset = pos;
        iter->window_size = 0;
    }
    return true;
}

enum libgguf_status libgguf_array_status(const struct libgguf_array_iter *iter)
{
    return iter->status;
}
