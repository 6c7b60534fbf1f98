/**
 * @file The long lists of a manifest, taken out of its text before it is parsed. A JSON library
 * needs some 650 bytes a chunk; parsed one element at a time, a list costs what is kept of it.
 *
 * Only where a list begins and ends is looked for here, by brackets and strings. Nothing is
 * believed: the text around the lists and every element of them are still parsed as JSON, so that
 * what is no JSON as a whole is none in one of its parts either. A list that is not recognised, for
 * example because its key is spelled with escapes, stays where it is and is parsed there.
 */
#ifndef DIGEST_MANIFEST_SPLIT_H
#define DIGEST_MANIFEST_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

enum split_member { SPLIT_CHUNKS, SPLIT_TENSORS };

/* The elements of one list, with the commas between them. */
struct split_list {
    size_t file; /* index in "files" */
    enum split_member member;
    const char *data; /* in the text that was split */
    size_t size;
};

struct manifest_split {
    char *text; /* the manifest with empty lists in their place */
    size_t size;
    struct split_list *lists;
    size_t list_count;
};

/* Splits @p size bytes at @p data, which must outlive @p out. False when out of memory. */
bool split_make(struct manifest_split *out, const char *data, size_t size);
void split_free(struct manifest_split *split);

/* The list of this file; NULL when it was not taken out. */
const struct split_list *split_find(const struct manifest_split *split, size_t file,
                                    enum split_member member);

/*
 * The next element's text, perhaps empty or with white space around. @p taken starts at 0 and is
 * ours. False at the end.
 */
bool split_next(const struct split_list *list, size_t *taken, const char **data, size_t *size);

#endif
