#include "base/cursor.h"

#include <string.h>

#include "base/source.h"

void cursor_init(struct cursor *cursor, const struct libgguf_source *source, uint64_t offset,
                 unsigned char *window, size_t capacity)
{
    *cursor = (struct cursor){.source = source,
                              .window_offset = offset,
                              .end = libgguf_source_size(source),
                              .wide = true,
                              .ok = true};
    if (source->memory && offset <= cursor->end) {
        cursor->base = source->memory + offset;
        cursor->size = (size_t)(cursor->end - offset);
    } else {
        cursor->base = window;
        cursor->window = window;
        cursor->capacity = capacity;
    }
}

void cursor_seek(struct cursor *cursor, uint64_t offset)
{
    const uint64_t in_window = offset - cursor->window_offset;
    if (cursor->window && (offset < cursor->window_offset || in_window > cursor->size)) {
        cursor->window_offset = offset;
        cursor->pos = 0;
        cursor->size = 0;
    } else {
        cursor->pos = (size_t)in_window;
    }
}

uint64_t cursor_left(const struct cursor *cursor)
{
    if (cursor->end == LIBGGUF_SIZE_UNKNOWN) {
        return UINT64_MAX;
    }
    const uint64_t offset = cursor_offset(cursor);
    return offset < cursor->end ? cursor->end - offset : 0;
}

static void stop(struct cursor *cursor, enum libgguf_status status, int sys_errno)
{
    if (cursor->ok) {
        cursor->ok = false;
        cursor->status = status;
        cursor->sys_errno = sys_errno;
        /* An empty window: nothing is decoded any more, and the quick way need not ask for ok. */
        cursor->window_offset += cursor->pos;
        cursor->pos = 0;
        cursor->size = 0;
    }
}

/* Starts the window at the position and fills it, as far as there is anything to decode. */
static bool refill(struct cursor *cursor, size_t needed)
{
    if (!cursor->ok || !cursor->window) {
        stop(cursor, LIBGGUF_ERR_TRUNCATED, 0);
        return false;
    }
    const uint64_t offset = cursor_offset(cursor);
    const uint64_t left = cursor_left(cursor);
    const size_t wanted =
        left >= needed && left < cursor->capacity ? (size_t)left : cursor->capacity;
    cursor->window_offset = offset;
    cursor->pos = 0;
    cursor->size = 0;
    struct libgguf_error err = {.status = LIBGGUF_OK};
    size_t got;
    enum libgguf_status status =
        libgguf_source_read_some(cursor->source, offset, cursor->window, wanted, &got, &err);
    if (!status && got < needed) {
        /* Why is there no more? The byte after the last one knows. */
        unsigned char next;
        size_t more;
        status = libgguf_source_read_some(cursor->source, offset + got, &next, 1, &more, &err);
        cursor->end = libgguf_source_size(cursor->source);
    }
    if (status) {
        stop(cursor, status, err.sys_errno);
        if (status == LIBGGUF_ERR_IO && err.offset != LIBGGUF_NO_OFFSET) {
            cursor->window_offset = err.offset;
        }
        return false;
    }
    cursor->size = got;
    return true;
}

const unsigned char *cursor_peek(struct cursor *cursor, size_t size)
{
    if (cursor->size - cursor->pos < size) {
        if (!cursor->ok || !cursor->window || size > cursor->capacity || !refill(cursor, size) ||
            cursor->size < size) {
            return NULL;
        }
    }
    return cursor->base + cursor->pos;
}

/* The next @p size <= 8 bytes by way of a fresh window; zeros after an overrun. */
static const unsigned char *next_bytes_refilled(struct cursor *cursor, size_t size)
{
    static const unsigned char zeros[8];
    const unsigned char *const bytes = cursor_peek(cursor, size);
    if (!bytes) {
        stop(cursor, LIBGGUF_ERR_TRUNCATED, 0);
        return zeros;
    }
    cursor->pos += size;
    return bytes;
}

static inline const unsigned char *next_bytes(struct cursor *cursor, size_t size)
{
    if (cursor->size - cursor->pos < size) {
        return next_bytes_refilled(cursor, size);
    }
    const unsigned char *const bytes = cursor->base + cursor->pos;
    cursor->pos += size;
    return bytes;
}

static uint32_t big_u32(const unsigned char *b)
{
    return b[3] | (uint32_t)b[2] << 8 | (uint32_t)b[1] << 16 | (uint32_t)b[0] << 24;
}

uint8_t cursor_u8(struct cursor *cursor)
{
    return next_bytes(cursor, 1)[0];
}

uint16_t cursor_u16(struct cursor *cursor)
{
    const unsigned char *const bytes = next_bytes(cursor, 2);
    const size_t low = cursor->big_endian ? 1 : 0;
    return (uint16_t)(bytes[low] | bytes[1 - low] << 8);
}

uint32_t cursor_u32(struct cursor *cursor)
{
    const unsigned char *const bytes = next_bytes(cursor, 4);
    return cursor->big_endian ? big_u32(bytes) : cursor_little_u32(bytes);
}

uint64_t cursor_u64(struct cursor *cursor)
{
    const unsigned char *const bytes = next_bytes(cursor, 8);
    return cursor->big_endian
               ? (uint64_t)big_u32(bytes) << 32 | big_u32(bytes + 4)
               : (uint64_t)cursor_little_u32(bytes + 4) << 32 | cursor_little_u32(bytes);
}

uint64_t cursor_length(struct cursor *cursor)
{
    return cursor->wide ? cursor_u64(cursor) : cursor_u32(cursor);
}

void cursor_skip(struct cursor *cursor, uint64_t size)
{
    if (!cursor->ok || size == 0) {
        return;
    }
    if (size > cursor_left(cursor)) {
        stop(cursor, LIBGGUF_ERR_TRUNCATED, 0);
        return;
    }
    if (size <= cursor->size - cursor->pos) {
        cursor->pos += (size_t)size;
        return;
    }
    uint64_t target = cursor_offset(cursor) + size;
    const bool unknown_end = cursor->end == LIBGGUF_SIZE_UNKNOWN;
    if (unknown_end && (size > INT64_MAX || target > INT64_MAX)) {
        stop(cursor, LIBGGUF_ERR_TRUNCATED, 0);
        return;
    }
    /* In a stream, only the last byte of what is skipped shows that it is there. */
    cursor->window_offset = unknown_end ? target - 1 : target;
    cursor->pos = 0;
    cursor->size = 0;
    if (unknown_end) {
        cursor_u8(cursor);
    }
}

void cursor_skip_strings(struct cursor *cursor, uint64_t count)
{
    size_t size;
    for (uint64_t i = 0; i < count && cursor->ok; i++) {
        if (!cursor_string_in_window(cursor, &size)) {
            cursor_skip(cursor, cursor_length(cursor));
        }
    }
}

void cursor_read(struct cursor *cursor, void *out, size_t size)
{
    unsigned char *to = out;
    while (size > 0 && cursor->ok) {
        size_t step = cursor->size - cursor->pos;
        if (step == 0) {
            if (!cursor_peek(cursor, 1)) {
                stop(cursor, LIBGGUF_ERR_TRUNCATED, 0);
            }
            continue;
        }
        step = step < size ? step : size;
        memcpy(to, cursor->base + cursor->pos, step);
        cursor->pos += step;
        to += step;
        size -= step;
    }
}
