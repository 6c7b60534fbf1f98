/**
 * @file An allocator that counts: natively on malloc, in wasm32 on memory.grow. What is counted are
 * the bytes asked for. The loader writes to all of them, so that no compiler can do without an
 * allocation and no kernel without its pages.
 */
#ifndef LOADER_COUNTING_H
#define LOADER_COUNTING_H

#include <stddef.h>

/** @p size bytes filled with a pattern, aligned for any type; NULL when out of memory. */
void *counting_alloc(size_t size);

void counting_free(void *memory);

/** Gives back the end of @p memory, which keeps its place, beyond @p size bytes. */
void counting_shrink(void *memory, size_t size);

/** Bytes in use. */
size_t counting_live(void);

/** The most bytes in use since counting_mark(). */
size_t counting_peak(void);
void counting_mark(void);

#endif
