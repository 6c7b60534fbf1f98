#include "memory/weights.h"

#include <stdlib.h>
#include <string.h>

#include "base/arithmetic.h"
#include "base/error.h"

#define Q4_0 2

/* N of "blk.N." at the start of a tensor's name. */
static uint64_t layer_of(const struct libgguf_str *name)
{
    static const char prefix[] = "blk.";
    const size_t start = sizeof prefix - 1;
    if (name->size <= start || memcmp(name->data, prefix, start) != 0) {
        return LIBGGUF_NONE;
    }
    uint64_t layer = 0;
    for (uint64_t i = start; i < name->size && i < start + 9; i++) {
        const char c = name->data[i];
        if (c < '0' || c > '9') {
            return c == '.' && i > start ? layer : LIBGGUF_NONE;
        }
        layer = 10 * layer + (uint64_t)(c - '0');
    }
    return LIBGGUF_NONE;
}

static int compare_u64(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a;
    const uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* The smallest of @p count sorted @p offsets above @p offset, or @p end. */
static uint64_t next_offset(const uint64_t *offsets, size_t count, uint64_t offset, uint64_t end)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (offsets[middle] > offset) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low < count ? offsets[low] : end;
}

/* A tensor of a type without a size ends at the latest where the next one begins. */
static enum libgguf_status bound_unsized(struct libgguf_footprint *footprint,
                                         const struct libgguf_file *file, struct libgguf_error *err)
{
    uint64_t *offsets = malloc(footprint->weight_count * sizeof *offsets);
    if (!offsets) {
        return failure_memory(err);
    }
    for (size_t i = 0; i < footprint->weight_count; i++) {
        offsets[i] = footprint->weights[i].offset;
    }
    qsort(offsets, footprint->weight_count, sizeof *offsets, compare_u64);
    for (size_t i = 0; i < footprint->weight_count; i++) {
        struct weight *weight = &footprint->weights[i];
        if (!libgguf_tensor_at(file, i)->size_known) {
            const uint64_t end = next_offset(offsets, footprint->weight_count, weight->offset,
                                             footprint->facts.file_size);
            weight->size = end > weight->offset ? end - weight->offset : 0;
            footprint->open_ended =
                footprint->open_ended || (weight->size == 0 && weight->elements > 0);
        }
    }
    free(offsets);
    footprint_note(footprint, LIBGGUF_NOTE_UNSIZED_TENSORS);
    return LIBGGUF_OK;
}

uint64_t weights_file_size(const struct libgguf_file *part)
{
    const struct libgguf_header *header = libgguf_header(part);
    return header->file_size != LIBGGUF_SIZE_UNKNOWN && header->file_size > header->data_end
               ? header->file_size
               : header->data_end;
}

enum libgguf_status weights_read(struct libgguf_footprint *footprint,
                                 const struct libgguf_file *file, struct libgguf_error *err)
{
    const size_t count = libgguf_tensor_count(file);
    footprint->facts.tensor_count = count;
    footprint->alignment = libgguf_header(file)->alignment;
    if (count == 0) {
        footprint_note(footprint, LIBGGUF_NOTE_NO_TENSORS);
        return LIBGGUF_OK;
    }
    footprint->weights = calloc(count, sizeof *footprint->weights);
    if (!footprint->weights) {
        return failure_memory(err);
    }
    footprint->weight_count = count;
    bool any_unsized = false;
    uint64_t base = 0; /* of the tensor's file when they are laid one after another */
    size_t shard = 0;
    for (size_t i = 0; i < count; i++) {
        const struct libgguf_tensor *tensor = libgguf_tensor_at(file, i);
        struct weight *weight = &footprint->weights[i];
        for (; shard < tensor->shard; shard++) {
            const struct libgguf_file *part = libgguf_shard_at(file, shard);
            base += part ? weights_file_size(part) : 0; /* the sum of all was checked */
        }
        uint64_t f32;
        if (!checked_add_u64(base, tensor->offset, &weight->offset) ||
            !checked_mul_u64(tensor->element_count, 4, &f32)) {
            char name[ERROR_NAME_SIZE];
            return failure(err, LIBGGUF_ERR_RANGE, tensor->info_offset,
                           "tensor '%s' has more elements than can be decoded to f32",
                           error_name(name, tensor->name.data, tensor->name.size));
        }
        any_unsized = any_unsized || !tensor->size_known;
        weight->size = tensor->size;
        weight->elements = tensor->element_count;
        weight->row = tensor->dims[0];
        weight->type_id = tensor->type_id;
        weight->dim_count = tensor->dim_count;
        weight->layer = layer_of(&tensor->name);
        if (!checked_add_u64(footprint->facts.parameter_count, weight->elements,
                             &footprint->facts.parameter_count)) {
            return failure(err, LIBGGUF_ERR_RANGE, tensor->info_offset,
                           "the tensors have 2^64 elements or more");
        }
    }
    return any_unsized ? bound_unsized(footprint, file, err) : LIBGGUF_OK;
}

uint64_t weight_size_as(const struct weight *weight, const struct libgguf_tensor_type *type)
{
    uint64_t row_size;
    uint64_t size;
    if (!type || weight->dim_count < 2 || weight->row == 0 ||
        weight->row % type->block_elements != 0 ||
        !libgguf_tensor_type_row_size(type, weight->row, &row_size) ||
        !checked_mul_u64(row_size, weight->elements / weight->row, &size)) {
        return weight->size;
    }
    return size;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* One tensor's part in @p out; false when a sum does not fit. */
static bool add_weight(const struct libgguf_footprint *footprint, const struct weight *weight,
                       const struct libgguf_tensor_type *type, struct weights_total *out)
{
    const uint64_t size = weight_size_as(weight, type);
    const uint64_t f32 = 4 * weight->elements;
    uint64_t padded;
    if (!checked_add_u64(out->packed.size, size, &out->packed.size) ||
        !checked_add_u64(out->f32, f32, &out->f32) ||
        !checked_align_u64(size, footprint->alignment, &padded) ||
        (type && !checked_add_u64(out->file_size, padded, &out->file_size))) {
        return false;
    }
    out->largest = larger(out->largest, size);
    out->largest_f32 = larger(out->largest_f32, f32);
    out->longest_row = larger(out->longest_row, weight->row);
    const bool q4_0 = type ? type->id == Q4_0 : weight->type_id == Q4_0;
    if (q4_0 && weight->dim_count >= 2) {
        out->q4_0 += size;
    }
    return true;
}

/*
 * From the last tensor on: the file up to the tensor's end is still there, and everything from
 * this tensor on is decoded. Tensors that share bytes count for each of them.
 */
static bool sum_shrinking(const struct libgguf_footprint *footprint,
                          const struct libgguf_tensor_type *type, struct weights_total *out)
{
    uint64_t decoded = 0;
    uint64_t end = out->file_size;
    out->shrinking = out->file_size;
    for (size_t i = footprint->weight_count; i-- > 0;) {
        const struct weight *weight = &footprint->weights[i];
        uint64_t live;
        decoded += 4 * weight->elements;
        if (!checked_add_u64(end, decoded, &live)) {
            return false;
        }
        out->shrinking = larger(out->shrinking, live);
        uint64_t padded;
        if (!type) {
            end = weight->offset < end ? weight->offset : end;
        } else if (checked_align_u64(weight_size_as(weight, type), footprint->alignment, &padded)) {
            end = padded < end ? end - padded : 0;
        }
    }
    return true;
}

enum libgguf_status weights_sum(const struct libgguf_footprint *footprint,
                                const struct libgguf_tensor_type *type, struct weights_total *out,
                                struct libgguf_error *err)
{
    const struct libgguf_footprint_facts *facts = &footprint->facts;
    *out = (struct weights_total){0};
    out->file_size = type ? facts->data_offset : facts->file_size;
    bool ok = true;
    for (size_t i = 0; i < footprint->weight_count && ok; i++) {
        ok = add_weight(footprint, &footprint->weights[i], type, out);
    }
    if (!ok || !sum_shrinking(footprint, type, out) || out->f32 > INT64_MAX ||
        out->packed.size > INT64_MAX) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "the tensors together have 2^63 bytes or more");
    }
    out->largest_file =
        type || facts->largest_file == facts->file_size ? out->file_size : facts->largest_file;
    if (footprint->open_ended || facts->notes & (UINT32_C(1) << LIBGGUF_NOTE_MISSING_SHARDS)) {
        out->packed.certainty = LIBGGUF_UNKNOWN;
    } else if (facts->notes & (UINT32_C(1) << LIBGGUF_NOTE_UNSIZED_TENSORS)) {
        out->packed.certainty = LIBGGUF_BOUNDED;
    }
    return LIBGGUF_OK;
}
