/**
 * @file Names to indices: an open-addressing table over names that live elsewhere. The hash is
 * keyed (SipHash-1-3 by Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012), so a
 * file cannot be made to collide on purpose.
 */
#ifndef BASE_HASH_INDEX_H
#define BASE_HASH_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What lookups and inserts return for "none". */
#define HASH_INDEX_NONE UINT32_MAX

struct hash_index_slot {
    uint32_t hash;
    uint32_t index; /* HASH_INDEX_NONE when free */
};

struct hash_index {
    struct hash_index_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t used;
    uint64_t key[2];
};

/** True when the name at @p index of @p owner equals @p size bytes at @p data. */
typedef bool hash_index_equal(const void *owner, uint32_t index, const void *data, size_t size);

/** Makes @p table empty, with a key of its own. Nothing is allocated. */
void hash_index_init(struct hash_index *table);

/** Makes room for @p count names in all, so that inserting them allocates nothing more. */
bool hash_index_reserve(struct hash_index *table, size_t count);

/**
 * Adds @p index under its name unless an equal name is there. Stores in @p existing the index of
 * the equal name, or HASH_INDEX_NONE. False when out of memory.
 */
bool hash_index_insert(struct hash_index *table, const void *data, size_t size, uint32_t index,
                       hash_index_equal *equal, const void *owner, uint32_t *existing);

/** The index under that name, or HASH_INDEX_NONE. */
uint32_t hash_index_find(const struct hash_index *table, const void *data, size_t size,
                         hash_index_equal *equal, const void *owner);

void hash_index_free(struct hash_index *table);

#endif
