#include "base/hash_index.h"

#include <stdlib.h>
#include <string.h>

#define SMALLEST_CAPACITY 16

static uint64_t rotate(uint64_t value, unsigned bits)
{
    return (value << bits) | (value >> (64 - bits));
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static uint32_t sip_hash(const uint64_t key[2], const void *data, size_t size)
{
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
                     key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};
    const unsigned char *bytes = data;
    size_t left = size;
    for (; left >= 8; left -= 8, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    uint64_t last = (uint64_t)size << 56;
    for (size_t i = 0; i < left; i++) {
        last |= (uint64_t)bytes[i] << (8 * i);
    }
    v[3] ^= last;
    sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    const uint64_t hash = v[0] ^ v[1] ^ v[2] ^ v[3];
    return (uint32_t)(hash ^ (hash >> 32));
}

void hash_index_init(struct hash_index *table)
{
    *table = (struct hash_index){
        .key = {(uint64_t)(uintptr_t)table, (uint64_t)(uintptr_t)table ^ 0x9e3779b97f4a7c15}};
}

static void slot_put(struct hash_index_slot *slots, size_t capacity, struct hash_index_slot slot)
{
    size_t at = slot.hash & (capacity - 1);
    while (slots[at].index != HASH_INDEX_NONE) {
        at = (at + 1) & (capacity - 1);
    }
    slots[at] = slot;
}

static bool resize(struct hash_index *table, size_t capacity)
{
    if (capacity > SIZE_MAX / sizeof *table->slots) {
        return false;
    }
    struct hash_index_slot *const slots = malloc(capacity * sizeof *slots);
    if (!slots) {
        return false;
    }
    memset(slots, 0xff, capacity * sizeof *slots);
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].index != HASH_INDEX_NONE) {
            slot_put(slots, capacity, table->slots[i]);
        }
    }
    free(table->slots);
    table->slots = slots;
    table->capacity = capacity;
    return true;
}

bool hash_index_reserve(struct hash_index *table, size_t count)
{
    size_t capacity = table->capacity ? table->capacity : SMALLEST_CAPACITY;
    while (capacity / 2 < count) {
        if (capacity > SIZE_MAX / 2) {
            return false;
        }
        capacity *= 2;
    }
    return capacity == table->capacity || resize(table, capacity);
}

/* The slot that holds the name, or the free one where it belongs. */
static size_t slot_of(const struct hash_index *table, uint32_t hash, const void *data, size_t size,
                      hash_index_equal *equal, const void *owner)
{
    size_t at = hash & (table->capacity - 1);
    for (;; at = (at + 1) & (table->capacity - 1)) {
        const struct hash_index_slot *const slot = &table->slots[at];
        if (slot->index == HASH_INDEX_NONE ||
            (slot->hash == hash && equal(owner, slot->index, data, size))) {
            return at;
        }
    }
}

bool hash_index_insert(struct hash_index *table, const void *data, size_t size, uint32_t index,
                       hash_index_equal *equal, const void *owner, uint32_t *existing)
{
    if (!hash_index_reserve(table, table->used + 1)) {
        return false;
    }
    const uint32_t hash = sip_hash(table->key, data, size);
    const size_t at = slot_of(table, hash, data, size, equal, owner);
    *existing = table->slots[at].index;
    if (*existing == HASH_INDEX_NONE) {
        table->slots[at] = (struct hash_index_slot){.hash = hash, .index = index};
        table->used++;
    }
    return true;
}

uint32_t hash_index_find(const struct hash_index *table, const void *data, size_t size,
                         hash_index_equal *equal, const void *owner)
{
    if (table->used == 0) {
        return HASH_INDEX_NONE;
    }
    const uint32_t hash = sip_hash(table->key, data, size);
    return table->slots[slot_of(table, hash, data, size, equal, owner)].index;
}

void hash_index_free(struct hash_index *table)
{
    free(table->slots);
    hash_index_init(table);
}
