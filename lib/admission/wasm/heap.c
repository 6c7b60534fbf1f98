/**
 * @file The heap: blocks one behind the other from the end of the static data on. A request takes
 * the first free block that is large enough, or memory is grown by just the pages that lack, so
 * that the size of the linear memory follows from what was asked for. There are tens of blocks,
 * never thousands: names and strings of a model are views of it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT ((size_t)16)
#define PAGE_SIZE ((size_t)65536)

struct block {
    _Alignas(16) size_t size; /* of what follows, a multiple of ALIGNMENT */
    bool used;
};

extern unsigned char __heap_base; /* defined by the linker */

static unsigned char *heap_end; /* behind the last block; NULL before the first */

static unsigned char *heap_begin(void)
{
    return (unsigned char *)(((uintptr_t)&__heap_base + ALIGNMENT - 1) & ~(ALIGNMENT - 1));
}

static unsigned char *content(struct block *block)
{
    return (unsigned char *)(block + 1);
}

static struct block *block_behind(struct block *block)
{
    return (struct block *)(void *)(content(block) + block->size);
}

static bool is_last(struct block *block)
{
    return (unsigned char *)block_behind(block) == heap_end;
}

/* Makes the bytes up to @p end part of the memory. */
static bool reach(uintptr_t end)
{
    const size_t pages = __builtin_wasm_memory_size(0);
    const size_t needed = end / PAGE_SIZE + (end % PAGE_SIZE != 0);
    return needed <= pages || __builtin_wasm_memory_grow(0, needed - pages) != SIZE_MAX;
}

static void merge_behind(struct block *block)
{
    while (!is_last(block) && !block_behind(block)->used) {
        block->size += sizeof *block + block_behind(block)->size;
    }
}

static void split(struct block *block, size_t size)
{
    if (block->size - size > sizeof *block) {
        struct block *const rest = (struct block *)(void *)(content(block) + size);
        rest->size = block->size - size - sizeof *block;
        rest->used = false;
        block->size = size;
    }
}

/* Makes the last block as large as @p size. */
static bool extend(struct block *last, size_t size)
{
    const uintptr_t start = (uintptr_t)content(last);
    if (size > SIZE_MAX - start || !reach(start + size)) {
        return false;
    }
    last->size = size;
    heap_end = content(last) + size;
    return true;
}

static bool fits(struct block *block, size_t size)
{
    return block->size >= size || (is_last(block) && extend(block, size));
}

static struct block *append(size_t size)
{
    const uintptr_t start = (uintptr_t)heap_end;
    if (size > SIZE_MAX - sizeof(struct block) - start ||
        !reach(start + sizeof(struct block) + size)) {
        return NULL;
    }
    struct block *const block = (struct block *)(void *)heap_end;
    block->size = size;
    heap_end = content(block) + size;
    return block;
}

static size_t rounded(size_t size)
{
    return size > SIZE_MAX - ALIGNMENT ? 0 : ((size ? size : 1) + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

void *malloc(size_t size)
{
    const size_t wanted = rounded(size);
    if (wanted == 0) {
        return NULL;
    }
    if (!heap_end) {
        heap_end = heap_begin();
    }
    struct block *block = (struct block *)(void *)heap_begin();
    while ((unsigned char *)block != heap_end) {
        if (!block->used) {
            merge_behind(block);
            if (fits(block, wanted)) {
                break;
            }
        }
        block = block_behind(block);
    }
    if ((unsigned char *)block == heap_end) {
        block = append(wanted);
        if (!block) {
            return NULL;
        }
    }
    split(block, wanted);
    block->used = true;
    return content(block);
}

void *calloc(size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        return NULL;
    }
    void *const memory = malloc(count * size);
    return memory ? memset(memory, 0, count * size) : NULL;
}

void *realloc(void *memory, size_t size)
{
    if (!memory) {
        return malloc(size);
    }
    const size_t wanted = rounded(size);
    struct block *const block = (struct block *)memory - 1;
    if (wanted == 0) {
        return NULL;
    }
    const size_t before = block->size;
    if (before < wanted) {
        merge_behind(block);
    }
    if (fits(block, wanted)) {
        split(block, wanted);
        return memory;
    }
    split(block, before);
    void *const moved = malloc(size);
    if (moved) {
        memcpy(moved, memory, before);
        free(memory);
    }
    return moved;
}

void free(void *memory)
{
    if (memory) {
        ((struct block *)memory - 1)->used = false;
    }
}
