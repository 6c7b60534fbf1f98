#include "base/arena.h"

#include <stdlib.h>

#define ARENA_FIRST_BLOCK 1024
#define ARENA_LARGEST_BLOCK 65536

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t capacity;
    char bytes[];
};

char *arena_bytes(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->head;
    if (!block || block->capacity - block->used < size) {
        size_t capacity = block ? block->capacity * 2 : ARENA_FIRST_BLOCK;
        if (capacity > ARENA_LARGEST_BLOCK) {
            capacity = ARENA_LARGEST_BLOCK;
        }
        if (capacity < size) {
            capacity = size;
        }
        if (capacity > (size_t)-1 - sizeof *block) {
            return NULL;
        }
        block = malloc(sizeof *block + capacity);
        if (!block) {
            return NULL;
        }
        *block = (struct arena_block){.next = arena->head, .capacity = capacity};
        arena->head = block;
    }
    char *const bytes = block->bytes + block->used;
    block->used += size;
    return bytes;
}

void arena_free(struct arena *arena)
{
    while (arena->head) {
        struct arena_block *const block = arena->head;
        arena->head = block->next;
        free(block);
    }
}
