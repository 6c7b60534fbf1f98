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

static int by_chunk(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a;
    const uint64_t right = *(const uint64_t *)b;
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
    for (size_t i = 0; i < lookup->count; i++) {
        lookup->by_first[i] = placed[i].tensor;
        lookup->last[i] = file->tensors[placed[i].tensor].last_chunk;
        lookup->last_max[lookup->leaves + i] = lookup->last[i] + 1; /* 0: none */
    }
    qsort(lookup->last, lookup->count, sizeof *lookup->last, by_chunk);
    for (size_t node = lookup->leaves - 1; node > 0; node--) {
        const uint64_t left = lookup->last_max[2 * node];
        const uint64_t right = lookup->last_max[2 * node + 1];
        lookup->last_max[node] = left > right ? left : right;
    }
}

bool tensor_lookup_init(struct tensor_lookup *lookup, const struct libgguf_manifest_file *file)
{
    const size_t room = file->tensor_count + 1;
    size_t leaves = 1;
    while (leaves < room) {
        leaves *= 2;
    }
    struct placed *const placed = malloc(room * sizeof *placed);
    *lookup = (struct tensor_lookup){.file = file,
                                     .by_first = malloc(room * sizeof *lookup->by_first),
                                     .last = malloc(room * sizeof *lookup->last),
                                     .found = malloc(room * sizeof *lookup->found),
                                     .last_max = calloc(2 * leaves, sizeof *lookup->last_max),
                                     .leaves = leaves};
    const bool done =
        placed && lookup->by_first && lookup->last && lookup->found && lookup->last_max;
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
    free(lookup->last);
    free(lookup->found);
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

/* How many tensors end before @p chunk. */
static size_t ended_before(const struct tensor_lookup *lookup, uint64_t chunk)
{
    size_t low = 0;
    size_t high = lookup->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (lookup->last[middle] < chunk) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Tensors of a chunk, as they are found. */
struct search {
    uint64_t chunk;
    size_t end; /* of the sorted tensors: those from here on begin later */
    size_t most;
    size_t count;
};

/* The leaves below @p node begin at @p first and are @p width. Deep as the tree: 64 at most. */
static void collect(const struct tensor_lookup *lookup, size_t node, size_t first, size_t width,
                    struct search *search)
{
    if (first >= search->end || search->count == search->most ||
        lookup->last_max[node] <= search->chunk) {
        return;
    }
    if (width == 1) {
        lookup->found[search->count++] = lookup->by_first[first];
        return;
    }
    collect(lookup, 2 * node, first, width / 2, search);
    collect(lookup, 2 * node + 1, first + width / 2, width / 2, search);
}

size_t tensor_lookup_chunk(const struct tensor_lookup *lookup, uint64_t chunk, size_t most,
                           void (*visit)(void *context,
                                         const struct libgguf_manifest_tensor *tensor),
                           void *context)
{
    struct search search = {.chunk = chunk, .end = begun_until(lookup, chunk), .most = most};
    collect(lookup, 1, 0, lookup->leaves, &search);
    qsort(lookup->found, search.count, sizeof *lookup->found, by_index);
    for (size_t i = 0; i < search.count; i++) {
        visit(context, &lookup->file->tensors[lookup->found[i]]);
    }
    return search.end - ended_before(lookup, chunk);
}
