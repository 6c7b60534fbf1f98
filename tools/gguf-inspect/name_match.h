/** @file Which names of one list are in another: keys or tensors of two files. */
#ifndef INSPECT_NAME_MATCH_H
#define INSPECT_NAME_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include <libgguf.h>

/** No partner. */
#define NAME_ALONE SIZE_MAX

/** A list of names, and for each of them the index of the same name in the other list. */
struct name_list {
    const struct libgguf_str **names;
    size_t *partners;
    size_t count;
};

/** Makes room for @p count names; false when memory is short. */
bool name_list_create(struct name_list *list, size_t count);

/** Frees the room; zeros are allowed. */
void name_list_free(struct name_list *list);

/**
 * Fills in the partners of both lists. A name that occurs several times in a list (duplicates)
 * is matched occurrence by occurrence. Sorts: n log n. False when memory is short.
 */
bool name_match(struct name_list *a, struct name_list *b);

#endif
