/**
 * @file A keyed hash for tables over names from files: without the key, nobody can make them
 * collide (SipHash-1-3 by Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/** The hash of @p size bytes, folded to 32 bits. */
uint32_t siphash_u32(const uint64_t key[2], const void *data, size_t size);

#endif
