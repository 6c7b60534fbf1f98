#include "value_compare.h"

#include <string.h>

/* Bytes of a string that are read at once. */
#define PIECE_SIZE 4096

/* Up to PIECE_SIZE bytes of @p str from @p from on, in @p buffer if they are not in memory. */
static enum libgguf_status read_piece(const struct libgguf_file *file,
                                      const struct libgguf_str *str, uint64_t from, size_t size,
                                      char buffer[PIECE_SIZE], const char **out,
                                      struct libgguf_error *err)
{
    if (str->data) {
        *out = str->data + from;
        return LIBGGUF_OK;
    }
    *out = buffer;
    return libgguf_str_read(file, str, from, buffer, size, err);
}

static enum libgguf_status compare_strings(struct value_ref a, struct value_ref b,
                                           struct value_difference *out, struct libgguf_error *err)
{
    const struct libgguf_str *first = &a.value->as.string;
    const struct libgguf_str *second = &b.value->as.string;
    const uint64_t shared = first->size < second->size ? first->size : second->size;
    out->line = 1;
    while (out->first < shared) {
        char buffers[2][PIECE_SIZE];
        const char *pieces[2];
        const uint64_t rest = shared - out->first;
        const size_t size = rest < PIECE_SIZE ? (size_t)rest : PIECE_SIZE;
        enum libgguf_status status =
            read_piece(a.file, first, out->first, size, buffers[0], &pieces[0], err);
        if (status == LIBGGUF_OK) {
            status = read_piece(b.file, second, out->first, size, buffers[1], &pieces[1], err);
        }
        if (status != LIBGGUF_OK) {
            return status;
        }
        for (size_t i = 0; i < size; i++) {
            if (pieces[0][i] != pieces[1][i]) {
                out->different = true;
                return LIBGGUF_OK;
            }
            out->line += pieces[0][i] == '\n';
            out->first++;
        }
    }
    out->different = first->size != second->size;
    return LIBGGUF_OK;
}

/* Calls back into value_compare() for arrays inside arrays, LIBGGUF_MAX_ARRAY_DEPTH deep. */
static enum libgguf_status compare_arrays(const struct libgguf_array *a,
                                          const struct libgguf_array *b,
                                          struct value_difference *out, struct libgguf_error *err)
{
    if (a->type != b->type) {
        out->different = true;
        return LIBGGUF_OK;
    }
    const uint64_t shared = a->count < b->count ? a->count : b->count;
    struct libgguf_array_iter iters[2];
    libgguf_array_begin(&iters[0], a);
    libgguf_array_begin(&iters[1], b);
    out->first = shared;
    for (uint64_t i = 0; i < shared; i++) {
        struct libgguf_value items[2];
        struct value_difference item = {0};
        if (!libgguf_array_next(&iters[0], &items[0])) {
            return libgguf_array_status(&iters[0]);
        }
        if (!libgguf_array_next(&iters[1], &items[1])) {
            return libgguf_array_status(&iters[1]);
        }
        const enum libgguf_status status =
            value_compare((struct value_ref){a->file, &items[0]},
                          (struct value_ref){b->file, &items[1]}, &item, err);
        if (status != LIBGGUF_OK) {
            return status;
        }
        if (item.different && out->differing++ == 0) {
            out->first = i;
        }
    }
    out->different = out->differing > 0 || a->count != b->count;
    return LIBGGUF_OK;
}

enum libgguf_status value_compare(struct value_ref a, struct value_ref b,
                                  struct value_difference *out, struct libgguf_error *err)
{
    *out = (struct value_difference){0};
    if (a.value->type != b.value->type) {
        out->different = true;
        return LIBGGUF_OK;
    }
    if (a.value->type == LIBGGUF_VALUE_STRING) {
        return compare_strings(a, b, out, err);
    }
    if (a.value->type == LIBGGUF_VALUE_ARRAY) {
        return compare_arrays(&a.value->as.array, &b.value->as.array, out, err);
    }
    out->different =
        memcmp(&a.value->as, &b.value->as, libgguf_value_type_size(a.value->type)) != 0;
    return LIBGGUF_OK;
}
