#include "counting.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PAGE 65536
#define ALIGN 16

/* A block, used or free; they follow each other without gaps from the first to the end. */
struct block {
    size_t space; /* bytes behind this header */
    size_t size;  /* of them in use, as asked for; FREE when it is free */
    size_t unused[2];
};

#define FREE SIZE_MAX

extern unsigned char __heap_base;

static uintptr_t end; /* of the last block; 0 before the first */
static size_t live;
static size_t peak;

static struct block *first_block(void)
{
    return (struct block *)(((uintptr_t)&__heap_base + ALIGN - 1) / ALIGN * ALIGN);
}

static struct block *next_block(const struct block *block)
{
    return (struct block *)((uintptr_t)(block + 1) + block->space);
}

static bool grow_to(uintptr_t wanted)
{
    const size_t pages = __builtin_wasm_memory_size(0);
    const size_t needed = (wanted + PAGE - 1) / PAGE;
    return needed <= pages || __builtin_wasm_memory_grow(0, needed - pages) != SIZE_MAX;
}

/* Cuts @p block so that @p space bytes remain and the rest is a free block, if one fits. */
static void split(struct block *block, size_t space)
{
    if (block->space >= space + sizeof *block + ALIGN) {
        struct block *rest = (struct block *)((uintptr_t)(block + 1) + space);
        rest->space = block->space - space - sizeof *block;
        rest->size = FREE;
        block->space = space;
    }
}

static void join_free(void)
{
    for (struct block *block = first_block(); (uintptr_t)block < end;) {
        struct block *next = next_block(block);
        if (block->size == FREE && (uintptr_t)next < end && next->size == FREE) {
            block->space += sizeof *next + next->space;
        } else if (block->size == FREE && (uintptr_t)next >= end) {
            end = (uintptr_t)block;
        } else {
            block = next;
        }
    }
}

static struct block *find_free(size_t space)
{
    for (struct block *block = first_block(); (uintptr_t)block < end; block = next_block(block)) {
        if (block->size == FREE && block->space >= space) {
            split(block, space);
            return block;
        }
    }
    return NULL;
}

void *counting_alloc(size_t size)
{
    const size_t space = (size + ALIGN - 1) / ALIGN * ALIGN;
    end = end ? end : (uintptr_t)first_block();
    if (space < size || space > SIZE_MAX - PAGE - end - sizeof(struct block)) {
        return NULL;
    }
    struct block *block = find_free(space);
    if (!block) {
        block = (struct block *)end;
        if (!grow_to(end + sizeof *block + space)) {
            return NULL;
        }
        block->space = space;
        end += sizeof *block + space;
    }
    block->size = size;
    live += size;
    peak = live > peak ? live : peak;
    return memset(block + 1, 0x5a, size);
}

void counting_free(void *memory)
{
    if (memory) {
        struct block *block = (struct block *)memory - 1;
        live -= block->size;
        block->size = FREE;
        join_free();
    }
}

void counting_shrink(void *memory, size_t size)
{
    struct block *block = (struct block *)memory - 1;
    live -= block->size - size;
    block->size = size;
    split(block, (size + ALIGN - 1) / ALIGN * ALIGN);
    join_free();
}

size_t counting_live(void)
{
    return live;
}

size_t counting_peak(void)
{
    return peak;
}

void counting_mark(void)
{
    peak = live;
}
