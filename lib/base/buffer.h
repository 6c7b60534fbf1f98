/** @file Bytes that grow at their end. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stddef.h>

/** Zero-initialised is empty. The owner frees @c data. */
struct buffer {
    unsigned char *data;
    size_t size;
    size_t capacity;
};

/** Room for @p size more bytes, which the caller fills; NULL, and nothing added, without memory. */
unsigned char *buffer_add(struct buffer *buffer, size_t size);

/** Adds a copy of @p size bytes. Returns 0, or ENOMEM and nothing is added. */
int buffer_append(struct buffer *buffer, const void *data, size_t size);

#endif
