/* gguf-format 9: rules about the tensor table and what it says of the data section. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arithmetic.h"
#include "base/utf8.h"
#include "format/check.h"

#define GGML_NAME_SIZE 64

static void check_name(struct check *check, const struct libgguf_tensor *tensor, const char *name)
{
    const uint64_t size = tensor->name.size;
    struct utf8_state text = {.needed = 0};
    utf8_feed(&text, tensor->name.data, (size_t)size);
    if (tensor->duplicate) {
        check_report(check, CHECK_DUPLICATE_TENSOR, tensor->info_offset,
                     "tensor '%s' occurs more than once", name);
    }
    if (size == 0) {
        check_report(check, CHECK_TENSOR_NAME_EMPTY, tensor->info_offset,
                     "tensor %zu has an empty name", tensor->index);
    } else if (size == GGML_NAME_SIZE) {
        check_report(check, CHECK_TENSOR_NAME_64_BYTES, tensor->info_offset,
                     "tensor '%s': a name of 64 bytes leaves ggml no room for its NUL", name);
    } else if (size > GGML_NAME_SIZE) {
        check_report(check, CHECK_TENSOR_NAME_TOO_LONG, tensor->info_offset,
                     "tensor '%s': a name of %" PRIu64 " bytes, at most 64 are allowed", name,
                     size);
    }
    if (!utf8_is_valid(&text)) {
        check_report(check, CHECK_TENSOR_NAME_NOT_UTF8, tensor->info_offset,
                     "tensor '%s': the name is not valid UTF-8", name);
    }
    if (text.has_nul) {
        check_report(check, CHECK_TENSOR_NAME_CONTAINS_NUL, tensor->info_offset,
                     "tensor '%s': the name has a NUL inside", name);
    }
}

static void check_type(struct check *check, const struct libgguf_tensor *tensor, const char *name)
{
    const struct libgguf_tensor_type *const type = tensor->type;
    if (!type) {
        check_report(check, CHECK_TENSOR_TYPE_UNKNOWN, tensor->info_offset,
                     "tensor '%s' has unknown type %" PRIu32, name, tensor->type_id);
    } else if (type->status == LIBGGUF_TYPE_REMOVED) {
        check_report(check, CHECK_TENSOR_TYPE_REMOVED, tensor->info_offset,
                     "tensor '%s' has type %s, which was removed from ggml", name, type->name);
    } else if (tensor->dims[0] % type->block_elements != 0) {
        check_report(check, CHECK_TENSOR_ROW_PARTIAL_BLOCK, tensor->info_offset,
                     "tensor '%s': rows of %" PRIu64 " element%s, but %s has blocks of %" PRIu32,
                     name, tensor->dims[0], error_plural(tensor->dims[0]), type->name,
                     type->block_elements);
    }
}

static void check_place(struct check *check, const struct libgguf_tensor *tensor,
                        const struct libgguf_header *header, const char *name)
{
    if (tensor->data_offset % header->alignment != 0) {
        check_report(check, CHECK_TENSOR_OFFSET_UNALIGNED, tensor->info_offset,
                     "tensor '%s': offset %" PRIu64 " is not a multiple of %" PRIu64, name,
                     tensor->data_offset, header->alignment);
    }
    if (tensor->missing_size > 0) {
        check_report(check, CHECK_TENSOR_DATA_MISSING, tensor->info_offset,
                     "tensor '%s': %" PRIu64 " byte%s missing of %" PRIu64, name,
                     tensor->missing_size, error_plural(tensor->missing_size), tensor->size);
    }
}

static int by_offset(const void *a, const void *b)
{
    const struct libgguf_tensor *const left = *(const struct libgguf_tensor *const *)a;
    const struct libgguf_tensor *const right = *(const struct libgguf_tensor *const *)b;
    if (left->offset != right->offset) {
        return left->offset < right->offset ? -1 : 1;
    }
    return left->index < right->index ? -1 : 1;
}

/* Walks over the data section in order of offsets: what overlaps, what is unused. */
static void check_cover(struct check *check, const struct libgguf_header *header,
                        const struct libgguf_tensor *const *sorted, size_t count)
{
    uint64_t end = header->data_offset; /* of what was seen, without padding */
    bool end_known = true;
    const struct libgguf_tensor *last = NULL; /* the one that ends there */
    for (size_t i = 0; i < count; i++) {
        const struct libgguf_tensor *const tensor = sorted[i];
        char name[ERROR_NAME_SIZE];
        uint64_t expected;
        if (!checked_align_u64(end, header->alignment, &expected)) {
            expected = UINT64_MAX;
        }
        if (last && tensor->offset < end && tensor->size > 0) {
            char other[ERROR_NAME_SIZE];
            check_report(check, CHECK_TENSORS_OVERLAP, tensor->info_offset,
                         "tensor '%.60s' begins %" PRIu64 " byte%s before '%.60s' ends",
                         error_name(name, tensor->name.data, tensor->name.size),
                         end - tensor->offset, error_plural(end - tensor->offset),
                         error_name(other, last->name.data, last->name.size));
        } else if (end_known && tensor->offset > expected) {
            check_report(check, CHECK_TENSOR_GAP, tensor->info_offset,
                         "tensor '%s': %" PRIu64 " unused byte%s before it",
                         error_name(name, tensor->name.data, tensor->name.size),
                         tensor->offset - expected, error_plural(tensor->offset - expected));
        }
        if (!last || tensor->offset + tensor->size >= end) {
            end = tensor->offset + tensor->size;
            end_known = tensor->size_known;
            last = tensor;
        }
    }
}

static enum libgguf_status check_order(struct check *check, const struct libgguf_file *file,
                                       struct libgguf_error *err)
{
    const size_t count = file->tensor_count;
    if (count == 0) {
        return LIBGGUF_OK;
    }
    const struct libgguf_tensor **const sorted = malloc(count * sizeof *sorted);
    if (!sorted) {
        return failure_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = &file->tensors[i];
        if (i > 0 && sorted[i]->offset < sorted[i - 1]->offset) {
            char name[ERROR_NAME_SIZE];
            check_report(check, CHECK_TENSORS_OUT_OF_ORDER, sorted[i]->info_offset,
                         "tensor '%s': its data lies before that of the one listed before it",
                         error_name(name, sorted[i]->name.data, sorted[i]->name.size));
        }
    }
    qsort(sorted, count, sizeof(const struct libgguf_tensor *), by_offset);
    check_cover(check, &file->header, sorted, count);
    free(sorted);
    return LIBGGUF_OK;
}

enum libgguf_status check_tensors(struct check *check, const struct libgguf_file *file,
                                  struct libgguf_error *err)
{
    for (size_t i = 0; i < file->tensor_count && !check->cancelled; i++) {
        const struct libgguf_tensor *const tensor = &file->tensors[i];
        char name[ERROR_NAME_SIZE];
        error_name(name, tensor->name.data, tensor->name.size);
        check_name(check, tensor, name);
        check_type(check, tensor, name);
        check_place(check, tensor, &file->header, name);
    }
    return check_order(check, file, err);
}
