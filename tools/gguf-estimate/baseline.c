#include "baseline.h"

#include <stdlib.h>
#include <string.h>

#include "cli/size.h"

/* A thousandth of a per cent is one of so many. */
#define WHOLE 100000
#define MAX_PERCENT 1000000

bool baseline_add(struct baseline *baseline, const char *path, const char *name,
                  enum libgguf_strategy strategy, uint64_t peak)
{
    struct baseline_peak *items = realloc(baseline->items, (baseline->count + 1) * sizeof *items);
    if (!items) {
        return false;
    }
    baseline->items = items;
    struct baseline_peak *item = &items[baseline->count];
    *item = (struct baseline_peak){.path = strdup(path),
                                   .name = name ? strdup(name) : NULL,
                                   .strategy = strategy,
                                   .peak = peak};
    baseline->count++;
    return item->path && (item->name || !name);
}

static bool is_of(const struct baseline_peak *item, const struct entry *entry,
                  enum libgguf_strategy strategy)
{
    return item->strategy == strategy && entry_is_called(entry, item->path, item->name);
}

size_t baseline_count(const struct baseline *baseline, const struct entry *entry,
                      enum libgguf_strategy strategy)
{
    size_t count = 0;
    for (size_t i = 0; i < baseline->count; i++) {
        count += is_of(&baseline->items[i], entry, strategy);
    }
    return count;
}

bool baseline_find(const struct baseline *baseline, const struct entry *entry,
                   enum libgguf_strategy strategy, size_t index, uint64_t *peak)
{
    for (size_t i = 0; i < baseline->count; i++) {
        if (is_of(&baseline->items[i], entry, strategy) && index-- == 0) {
            *peak = baseline->items[i].peak;
            return true;
        }
    }
    return false;
}

void baseline_free(struct baseline *baseline)
{
    for (size_t i = 0; i < baseline->count; i++) {
        free(baseline->items[i].path);
        free(baseline->items[i].name);
    }
    free(baseline->items);
    *baseline = (struct baseline){0};
}

static bool parse_percent(const char *text, size_t size, uint64_t *out)
{
    uint64_t value = 0;
    int decimals = -1;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '.' && decimals < 0 && i > 0) {
            decimals = 0;
        } else if (text[i] >= '0' && text[i] <= '9' && decimals < 3 && value < MAX_PERCENT * 1000) {
            value = 10 * value + (uint64_t)(text[i] - '0');
            decimals += decimals >= 0;
        } else {
            return false;
        }
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 3; i++) {
        value *= 10;
    }
    *out = value;
    return size > 0 && decimals != 0 && value <= (uint64_t)MAX_PERCENT * 1000;
}

bool growth_parse(const char *text, struct growth *out)
{
    const size_t size = strlen(text);
    char why[160];
    out->is_percent = size > 0 && text[size - 1] == '%';
    return out->is_percent ? parse_percent(text, size - 1, &out->value)
                           : cli_parse_size(text, &out->value, why, sizeof why);
}

uint64_t growth_limit(const struct growth *growth, uint64_t before)
{
    uint64_t more = growth->value;
    if (growth->is_percent) {
        /* Below 2^63 / 10^5 · 10^9: a limit beyond that is no limit. */
        if (before / WHOLE > UINT64_MAX / (growth->value + 1)) {
            return UINT64_MAX;
        }
        more = before / WHOLE * growth->value + before % WHOLE * growth->value / WHOLE;
    }
    return more > UINT64_MAX - before ? UINT64_MAX : before + more;
}
