/**
 * @file A keyed hash for tables over names from files: without the key, nobody can make them
 * collide (SipHash-1-3 by Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/**
 * What addresses lack where they are the same in every process, as in a WebAssembly module: 16
 * random bytes, given by the host once and before the first table is made. 0 elsewhere.
 */
extern uint64_t siphash_host_entropy[2];

/** Stores in @p key that of the table at @p table: its address, and the entropy of the host. */
void siphash_make_key(const void *table, uint64_t key[2]);

/** The hash of @p size bytes, folded to 32 bits. */
uint32_t siphash_u32(const uint64_t key[2], const void *data, size_t size);

#endif
