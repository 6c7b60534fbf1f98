/** @file What is to be estimated: models, each with the conditions it has to meet. */
#ifndef ESTIMATE_ENTRIES_H
#define ESTIMATE_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf.h>

/** One model and its conditions. */
struct entry {
    char *path;
    char *name; /**< to show instead of the path, or NULL */
    struct libgguf_estimate_options options;
    bool gated; /**< one strategy decides; otherwise any that fits is enough */
    enum libgguf_strategy strategy;
    bool strict;        /**< an inexact estimate is a no */
    uint64_t file_size; /**< bytes of the whole model, or 0 */
};

/** A list that grows. */
struct entry_list {
    struct entry *items;
    size_t count;
};

/** What a report calls @p entry: its name, else its path. */
const char *entry_label(const struct entry *entry);

/** Whether @p entry has this path, and this name or, for NULL, none. */
bool entry_is_called(const struct entry *entry, const char *path, const char *name);

/** How many of the first @p count entries have the path and name of @p entry, and @p strategy. */
size_t entry_count_alike(const struct entry_list *list, size_t count, const struct entry *entry,
                         enum libgguf_strategy strategy);

/** Adds a copy of @p model for @p path (and @p name, or NULL); false when out of memory. */
bool entry_add(struct entry_list *list, const struct entry *model, const char *path,
               const char *name);

/**
 * Adds a copy for every file that matches the pattern of a shell in @p path, in the order of their
 * names; a path that is there is itself. Returns how many, or -1 when out of memory.
 */
int entry_add_matching(struct entry_list *list, const struct entry *model, const char *path,
                       const char *name);

void entry_list_free(struct entry_list *list);

#endif
