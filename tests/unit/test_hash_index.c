#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/hash_index.h"

#define NAMES 5000

static char names[NAMES][12];

static bool equal(const void *owner, uint32_t index, const void *data, size_t size)
{
    const char(*const all)[12] = owner;
    return strlen(all[index]) == size && memcmp(all[index], data, size) == 0;
}

static void every_name_is_found_again_and_no_other(void **state)
{
    (void)state;
    struct hash_index table;
    hash_index_init(&table);
    assert_int_equal(hash_index_find(&table, "a", 1, equal, names), HASH_INDEX_NONE);
    for (uint32_t i = 0; i < NAMES; i++) {
        uint32_t existing;
        snprintf(names[i], sizeof names[i], "name.%u", i);
        assert_true(
            hash_index_insert(&table, names[i], strlen(names[i]), i, equal, names, &existing));
        assert_int_equal(existing, HASH_INDEX_NONE);
    }
    for (uint32_t i = 0; i < NAMES; i++) {
        assert_int_equal(hash_index_find(&table, names[i], strlen(names[i]), equal, names), i);
    }
    assert_int_equal(hash_index_find(&table, "name.5000", 9, equal, names), HASH_INDEX_NONE);
    assert_int_equal(hash_index_find(&table, "name.", 5, equal, names), HASH_INDEX_NONE);
    hash_index_free(&table);
}

static void a_name_that_is_there_is_reported_and_not_replaced(void **state)
{
    (void)state;
    struct hash_index table;
    uint32_t existing;
    hash_index_init(&table);
    strcpy(names[3], "twice");
    strcpy(names[7], "twice");
    assert_true(hash_index_insert(&table, "twice", 5, 3, equal, names, &existing));
    assert_true(hash_index_insert(&table, "twice", 5, 7, equal, names, &existing));
    assert_int_equal(existing, 3);
    assert_int_equal(hash_index_find(&table, "twice", 5, equal, names), 3);
    hash_index_free(&table);
}

static void reserved_room_is_not_outgrown(void **state)
{
    (void)state;
    struct hash_index table;
    hash_index_init(&table);
    assert_true(hash_index_reserve(&table, NAMES));
    const size_t capacity = table.capacity;
    for (uint32_t i = 0; i < NAMES; i++) {
        uint32_t existing;
        snprintf(names[i], sizeof names[i], "name.%u", i);
        assert_true(
            hash_index_insert(&table, names[i], strlen(names[i]), i, equal, names, &existing));
    }
    assert_int_equal(table.capacity, capacity);
    assert_false(hash_index_reserve(&table, SIZE_MAX));
    hash_index_free(&table);
}

static void an_arena_hands_out_separate_bytes_of_any_size(void **state)
{
    (void)state;
    struct arena arena = {NULL};
    char *const small = arena_bytes(&arena, 3);
    char *const large = arena_bytes(&arena, 1000000);
    char *const after = arena_bytes(&arena, 3);
    memcpy(small, "abc", 3);
    memset(large, 'x', 1000000);
    memcpy(after, "def", 3);
    assert_memory_equal(small, "abc", 3);
    assert_int_equal(large[999999], 'x');
    assert_null(arena_bytes(&arena, SIZE_MAX - 8));
    arena_free(&arena);
    assert_null(arena.head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_is_found_again_and_no_other),
        cmocka_unit_test(a_name_that_is_there_is_reported_and_not_replaced),
        cmocka_unit_test(reserved_room_is_not_outgrown),
        cmocka_unit_test(an_arena_hands_out_separate_bytes_of_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
