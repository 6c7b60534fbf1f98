/**
 * @file An allocator that fails on request, put in place of malloc, calloc, realloc and free as
 * called by the library's own objects (not by libc or other libraries). Not for use from several
 * threads.
 */
#ifndef FAULT_ALLOCATOR_H
#define FAULT_ALLOCATOR_H

#include <stddef.h>

#include <libgguf/error.h>

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

/**
 * Runs @p work again and again, with @p refuse (one of the above) of 1, 2 and so on, until nothing
 * is refused. Asserts that a refusal is told as LIBGGUF_ERR_MEMORY, status and error, and that
 * nothing stays allocated; returns how many there were.
 */
size_t allocator_fail_each(void (*refuse)(size_t n),
                           enum libgguf_status (*work)(void *context, struct libgguf_error *err),
                           void *context);

#endif
