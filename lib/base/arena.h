/** @file Memory for many small objects that live and die together. One thread at a time. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

/** Zero-initialised is empty. */
struct arena {
    struct arena_block *head;
};

/** @p size bytes, not aligned for anything wider than char; NULL when out of memory. */
char *arena_bytes(struct arena *arena, size_t size);

/** Frees everything that came from @p arena. */
void arena_free(struct arena *arena);

#endif
