#include "base/hash_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"

#define SMALLEST_CAPACITY 16

void hash_index_init(struct hash_index *table)
{
    *table = (struct hash_index){0};
    siphash_make_key(table, table->key);
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
    const uint32_t hash = siphash_u32(table->key, data, size);
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
    const uint32_t hash = siphash_u32(table->key, data, size);
    return table->slots[slot_of(table, hash, data, size, equal, owner)].index;
}

void hash_index_free(struct hash_index *table)
{
    free(table->slots);
    hash_index_init(table);
}
