#include "base/buffer.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

unsigned char *buffer_add(struct buffer *buffer, size_t size)
{
    if (!buffer->data || size > buffer->capacity - buffer->size) {
        size_t wanted = buffer->capacity ? buffer->capacity : 1024;
        while (wanted - buffer->size < size) {
            if (wanted > SIZE_MAX / 4) {
                return NULL;
            }
            wanted *= 2;
        }
        unsigned char *const grown = realloc(buffer->data, wanted);
        if (!grown) {
            return NULL;
        }
        buffer->data = grown;
        buffer->capacity = wanted;
    }
    unsigned char *const added = buffer->data + buffer->size;
    buffer->size += size;
    return added;
}

int buffer_append(struct buffer *buffer, const void *data, size_t size)
{
    unsigned char *const added = buffer_add(buffer, size);
    if (!added) {
        return ENOMEM;
    }
    if (size > 0) {
        memcpy(added, data, size);
    }
    return 0;
}
