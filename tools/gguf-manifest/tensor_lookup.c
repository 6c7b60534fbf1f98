#include <stdlib.h>

#include "cli/report.h"
#include "manifest_tool.h"

struct placed {
    uint64_t first;
    size_t tensor;
};

static int by_first(const void *a, const void *b)
{
    const struct placed *const left = a;
    const struct placed *const right = b;
    if (left->first != right->first) {
        return left->first < right->first ? -1 : 1;
    }
    return left->tensor < right->tensor ? -1 : left->tensor > right->tensor;
}

static int by_index(const void *a, const void *b)
{
    const size_t left = *(const size_t *)a;
    const size_t right = *(const size_t *)b;
    return left < right ? -1 : left > right;
}

static void fill(struct tensor_lookup *lookup, struct placed *placed)
{
    const struct libgguf_manifest_file *const file = lookup->file;
    for (size_t i = 0; i < file->tensor_count; i++) {
        if (file->tensors[i].has_chunks) {
            placed[lookup->count++] = (struct placed){file->tensors[i].first_chunk, i};
        }
    }
    qsort(placed, lookup->count, sizeof *placed, by_first);
    uint64_t last = 0;
    for (size_t i = 0; i < lookup->count; i++) {
        const uint64_t own = file->tensors[placed[i].tensor].last_chunk;
        last = own > last ? own : last;
        lookup->by_first[i] = placed[i].tensor;
        lookup->last_max[i] = last;
    }
}

bool tensor_lookup_init(struct tensor_lookup *lookup, const struct libgguf_manifest_file *file)
{
    const size_t room = file->tensor_count + 1;
    struct placed *const placed = malloc(room * sizeof *placed);
    *lookup = (struct tensor_lookup){.file = file,
                                     .by_first = malloc(room * sizeof *lookup->by_first),
                                     .last_max = malloc(room * sizeof *lookup->last_max)};
    const bool done = placed && lookup->by_first && lookup->last_max;
    if (done) {
        fill(lookup, placed);
    } else {
        tensor_lookup_free(lookup);
        cli_error(NULL, "out of memory");
    }
    free(placed);
    return done;
}

void tensor_lookup_free(struct tensor_lookup *lookup)
{
    free(lookup->by_first);
    free(lookup->last_max);
    *lookup = (struct tensor_lookup){0};
}

/* How many of the sorted tensors begin in @p chunk or before. */
static size_t begun_until(const struct tensor_lookup *lookup, uint64_t chunk)
{
    size_t low = 0;
    size_t high = lookup->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (lookup->file->tensors[lookup->by_first[middle]].first_chunk <= chunk) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t tensor_lookup_chunk(const struct tensor_lookup *lookup, uint64_t chunk,
                           void (*visit)(void *context,
                                         const struct libgguf_manifest_tensor *tensor),
                           void *context)
{
    const size_t end = begun_until(lookup, chunk);
    size_t start = end;
    while (start > 0 && lookup->last_max[start - 1] >= chunk) {
        start--;
    }
    size_t *const found = malloc((end - start + 1) * sizeof *found);
    size_t count = 0;
    for (size_t i = start; found && i < end; i++) {
        if (lookup->file->tensors[lookup->by_first[i]].last_chunk >= chunk) {
            found[count++] = lookup->by_first[i];
        }
    }
    if (found) {
        qsort(found, count, sizeof *found, by_index);
    }
    for (size_t i = 0; i < count; i++) {
        visit(context, &lookup->file->tensors[found[i]]);
    }
    free(found);
    return count;
}
