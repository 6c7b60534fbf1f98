#include "base/list.h"

#include <stdint.h>
#include <stdlib.h>

void *list_room(void *list, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return list;
    }
    const size_t wanted = *capacity ? *capacity * 2 : 16;
    if (wanted > SIZE_MAX / 2 / size) {
        return NULL;
    }
    void *const grown = realloc(list, wanted * size);
    if (grown) {
        *capacity = wanted;
    }
    return grown;
}
