/**
 * @file An allocator that fails on request, put in place of malloc, calloc, realloc and free as
 * called by the library's own objects (not by libc or other libraries). Not for use from several
 * threads.
 */
#ifndef FAULT_ALLOCATOR_H
#define FAULT_ALLOCATOR_H

#include <stddef.h>

/**
 * Starts counting anew; the allocation number @p n from now (1 is the next one) and all after it
 * fail. 0 lets all succeed.
 */
void allocator_fail_from(size_t n);

/** As allocator_fail_from(), but only the allocation number @p n fails. */
void allocator_fail_once(size_t n);

/** Lets all allocations succeed; returns the number of those asked for since the count began. */
size_t allocator_reset(void);

/** The bytes asked for since the count began; what was freed meanwhile is not subtracted. */
size_t allocator_bytes(void);

/** True when an allocation was refused since the count began. */
int allocator_has_failed(void);

/** How many allocations of the library's objects and of the test are not freed. */
size_t allocator_live(void);

#endif
