/**
 * @file Decoding at a position of a source through a bounded window. An overrun or a read error
 * yields 0 and clears @c ok for good, so that a record is read whole and tested once. Memory
 * sources are decoded in place. One thread uses one cursor.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/source.h>

struct cursor {
    const struct libgguf_source *source;
    const unsigned char *base; /* the byte at file offset window_offset */
    size_t pos;                /* in the window */
    size_t size;               /* bytes in the window */
    uint64_t window_offset;
    uint64_t end;          /* bytes of the source, or LIBGGUF_SIZE_UNKNOWN */
    unsigned char *window; /* NULL for memory */
    size_t capacity;       /* bytes of window */
    bool big_endian;
    bool wide; /* lengths and counts are 64 bits (version 2 and later), not 32 */
    bool ok;
    enum libgguf_status status; /* why ok is false: TRUNCATED, IO, MEMORY, RANGE */
    int sys_errno;
};

/**
 * Sets @p cursor to byte @p offset of @p source. @p window, @p capacity bytes and at least 16,
 * stays the caller's.
 */
void cursor_init(struct cursor *cursor, const struct libgguf_source *source, uint64_t offset,
                 unsigned char *window, size_t capacity);

/** Moves to byte @p offset of the source, which a memory source must have; a window that has it
 * stays. */
void cursor_seek(struct cursor *cursor, uint64_t offset);

/** Bytes from the start of the source to the next byte. */
static inline uint64_t cursor_offset(const struct cursor *cursor)
{
    return cursor->window_offset + cursor->pos;
}

/** Bytes that are left; UINT64_MAX for a stream whose end is not known. */
uint64_t cursor_left(const struct cursor *cursor);

uint8_t cursor_u8(struct cursor *cursor);
uint16_t cursor_u16(struct cursor *cursor);
uint32_t cursor_u32(struct cursor *cursor);
uint64_t cursor_u64(struct cursor *cursor);

/** A length or count: 32 bits in version 1, 64 later. */
uint64_t cursor_length(struct cursor *cursor);

/** Moves @p size bytes on. */
void cursor_skip(struct cursor *cursor, uint64_t size);

/** Moves over @p count strings, each a length and its bytes. */
void cursor_skip_strings(struct cursor *cursor, uint64_t count);

/** The next @p size bytes in place, or NULL (and ok unchanged) when they do not fit the window. */
const unsigned char *cursor_peek(struct cursor *cursor, size_t size);

/* Spelt out so that compilers make one load of it. */
static inline uint32_t cursor_little_u32(const unsigned char *b)
{
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/**
 * The next string, a length and its bytes, when all of it lies in the window and lengths are as
 * nearly all files have them; moves on and sets @p size. Otherwise NULL, and nothing has moved.
 * Nearly all of a large header is such strings, so this is what opening and checking it take.
 */
static inline const unsigned char *cursor_string_in_window(struct cursor *cursor, size_t *size)
{
    const size_t left = cursor->size - cursor->pos;
    if (cursor->big_endian || !cursor->wide || left < 8) {
        return NULL;
    }
    const unsigned char *const bytes = cursor->base + cursor->pos;
    const uint64_t length = (uint64_t)cursor_little_u32(bytes + 4) << 32 | cursor_little_u32(bytes);
    if (length > left - 8) {
        return NULL;
    }
    cursor->pos += 8 + (size_t)length;
    *size = (size_t)length;
    return bytes + 8;
}

/** Copies the next @p size bytes into @p out and moves on. */
void cursor_read(struct cursor *cursor, void *out, size_t size);

#endif
