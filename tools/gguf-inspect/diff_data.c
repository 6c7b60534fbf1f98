#include "diff_data.h"

#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "cli/report.h"

#define WINDOW_SIZE ((size_t)1 << 20)

struct comparison {
    struct diff *diff;
    unsigned char *windows[2];
    struct cli_progress progress;
    uint64_t bytes; /* read of each model */
};

static bool is_big_endian(const struct model_file *model, const struct libgguf_tensor *tensor)
{
    return libgguf_header(libgguf_shard_at(model->file, tensor->shard))->big_endian;
}

/* Same type and shape: the bytes can be held against each other if they are there. */
static bool is_comparable(const struct diff *diff, const struct diff_tensor *tensor)
{
    const struct libgguf_tensor *a = tensor->old_tensor;
    const struct libgguf_tensor *b = tensor->new_tensor;
    return a->size_known && b->size_known && a->missing_size == 0 && b->missing_size == 0 &&
           is_big_endian(diff->old_model, a) == is_big_endian(diff->new_model, b);
}

static bool is_due(const struct diff_tensor *tensor)
{
    return tensor->old_tensor && tensor->new_tensor &&
           (tensor->changes & (DIFF_TYPE | DIFF_SHAPE)) == 0;
}

static bool read_window(const struct model_file *model, const struct libgguf_tensor *tensor,
                        uint64_t from, void *window, size_t size)
{
    struct libgguf_error err;
    if (libgguf_tensor_read(model->file, tensor, from, window, size, &err) != LIBGGUF_OK) {
        cli_error_status(model->label, &err);
        return false;
    }
    return true;
}

static void count_differences(struct diff_tensor *tensor, const unsigned char *a,
                              const unsigned char *b, size_t size, uint64_t from)
{
    if (memcmp(a, b, size) == 0) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        if (a[i] != b[i] && tensor->differing_bytes++ == 0) {
            tensor->first_byte = from + i;
        }
    }
    tensor->changes |= DIFF_BYTES;
}

static bool compare_bytes(struct comparison *comparison, struct diff_tensor *tensor)
{
    const struct diff *diff = comparison->diff;
    const uint64_t total = tensor->old_tensor->size;
    for (uint64_t from = 0; from < total;) {
        const size_t size = total - from < WINDOW_SIZE ? (size_t)(total - from) : WINDOW_SIZE;
        if (!read_window(diff->old_model, tensor->old_tensor, from, comparison->windows[0], size) ||
            !read_window(diff->new_model, tensor->new_tensor, from, comparison->windows[1], size)) {
            return false;
        }
        count_differences(tensor, comparison->windows[0], comparison->windows[1], size, from);
        from += size;
        comparison->bytes += size;
        cli_progress_set(&comparison->progress, comparison->bytes);
    }
    return true;
}

static bool hash_tensor(struct comparison *comparison, const struct model_file *model,
                        const struct libgguf_tensor *tensor, struct libgguf_digest *out)
{
    struct libgguf_hasher *hasher;
    struct libgguf_error err;
    if (libgguf_hasher_create(&hasher, &err) != LIBGGUF_OK) {
        cli_error_status(model->label, &err);
        return false;
    }
    bool done = true;
    for (uint64_t from = 0; done && from < tensor->size; from += WINDOW_SIZE) {
        const uint64_t rest = tensor->size - from;
        const size_t size = rest < WINDOW_SIZE ? (size_t)rest : WINDOW_SIZE;
        done = read_window(model, tensor, from, comparison->windows[0], size);
        if (done) {
            libgguf_hasher_update(hasher, comparison->windows[0], size);
        }
    }
    if (done && libgguf_hasher_finish(hasher, out, &err) != LIBGGUF_OK) {
        cli_error_status(model->label, &err);
        done = false;
    }
    libgguf_hasher_free(hasher);
    return done;
}

/* Digests are for people to hold against a manifest, so only what differs is hashed. */
static bool compare_one(struct comparison *comparison, struct diff_tensor *tensor)
{
    const struct diff *diff = comparison->diff;
    if (!compare_bytes(comparison, tensor)) {
        return false;
    }
    return (tensor->changes & DIFF_BYTES) == 0 ||
           (hash_tensor(comparison, diff->old_model, tensor->old_tensor, &tensor->digests[0]) &&
            hash_tensor(comparison, diff->new_model, tensor->new_tensor, &tensor->digests[1]));
}

bool diff_data_compare(struct diff *diff)
{
    struct comparison comparison = {.diff = diff};
    uint64_t total = 0;
    for (size_t i = 0; i < diff->tensor_count; i++) {
        struct diff_tensor *tensor = &diff->tensors[i];
        if (is_due(tensor)) {
            const bool comparable = is_comparable(diff, tensor);
            diff->not_compared += !comparable;
            total += comparable ? tensor->old_tensor->size : 0;
        }
    }
    comparison.windows[0] = malloc(WINDOW_SIZE);
    comparison.windows[1] = malloc(WINDOW_SIZE);
    bool done = comparison.windows[0] && comparison.windows[1];
    if (!done) {
        cli_error(diff->old_model->label, "out of memory");
    }
    cli_progress_begin(&comparison.progress, "comparing", total);
    for (size_t i = 0; done && i < diff->tensor_count; i++) {
        struct diff_tensor *tensor = &diff->tensors[i];
        if (is_due(tensor) && is_comparable(diff, tensor)) {
            done = compare_one(&comparison, tensor);
        }
    }
    cli_progress_end(&comparison.progress);
    free(comparison.windows[0]);
    free(comparison.windows[1]);
    return done;
}
