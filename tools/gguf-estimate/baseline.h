/** @file Peaks of an earlier run, and how much more is allowed. */
#ifndef ESTIMATE_BASELINE_H
#define ESTIMATE_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "entries.h"

/** One peak of an earlier run. */
struct baseline_peak {
    char *path;
    char *name; /* or NULL */
    enum libgguf_strategy strategy;
    uint64_t peak; /* bytes */
};

/** Zero-initialised is empty. */
struct baseline {
    struct baseline_peak *items;
    size_t count;
    bool present;
};

/** "5%", "0.25%" or a size. */
struct growth {
    bool is_percent;
    uint64_t value; /**< thousandths of a per cent, or bytes */
};

/** Adds a peak; @p name may be NULL. False when out of memory. */
bool baseline_add(struct baseline *baseline, const char *path, const char *name,
                  enum libgguf_strategy strategy, uint64_t peak);

/** How many peaks there are of the path and name of @p entry, loaded by @p strategy. */
size_t baseline_count(const struct baseline *baseline, const struct entry *entry,
                      enum libgguf_strategy strategy);

/** The one of them at @p index, in the order in which they were added; false when there is none. */
bool baseline_find(const struct baseline *baseline, const struct entry *entry,
                   enum libgguf_strategy strategy, size_t index, uint64_t *peak);

void baseline_free(struct baseline *baseline);

/** Reads --max-growth; false when @p text is none. */
bool growth_parse(const char *text, struct growth *out);

/** The largest peak that is allowed after @p before. */
uint64_t growth_limit(const struct growth *growth, uint64_t before);

#endif
