#include <stdlib.h>

#include "base/arithmetic.h"
#include "base/error.h"
#include "digest/plan.h"

#include <libgguf/tensor.h>

/* Bytes that stay together while they fit a chunk: a tensor with its padding, or a gap. */
struct unit {
    uint64_t end;
    const struct libgguf_tensor *tensor; /* whose rows it may be cut along, or NULL */
};

struct packer {
    struct libgguf_plan *plan;
    uint64_t packed; /* the end of the units that wait for their piece to fill up */
    struct libgguf_error *err;
};

static enum libgguf_status flush(struct packer *packer)
{
    return plan_append(packer->plan, packer->packed, LIBGGUF_ROLE_TENSORS, packer->err);
}

/*
 * Cuts [start, end) into @p parts that differ by one row at most; the last one takes the rest
 * behind the rows.
 */
static enum libgguf_status cut_rows(struct packer *packer, uint64_t start, uint64_t end,
                                    uint64_t row, uint64_t rows, uint64_t parts)
{
    enum libgguf_status status = LIBGGUF_OK;
    uint64_t done = 0;
    for (uint64_t i = 0; i < parts && !status && packer->plan->end < packer->plan->size &&
                         packer->plan->count < LIBGGUF_MAX_CHUNKS;
         i++) {
        done += rows / parts + (i < rows % parts);
        packer->packed = i + 1 == parts ? end : start + done * row;
        status = flush(packer);
    }
    packer->packed = end;
    return status;
}

/* How many parts make every part fit, the rest behind the rows included; 0: it cannot be done. */
static uint64_t part_count(uint64_t size, uint64_t row, uint64_t rows, uint64_t limit)
{
    const uint64_t fewest = (rows - 1) / (limit / row) + 1;
    for (uint64_t parts = fewest; parts <= fewest + 1 && parts <= rows; parts++) {
        const uint64_t last = size - row * (rows - rows / parts);
        if (last <= limit) {
            return parts;
        }
    }
    return 0;
}

/* manifest-format 4.2: along rows, else along blocks, else anywhere. */
static enum libgguf_status cut_unit(struct packer *packer, uint64_t start, const struct unit *unit)
{
    const uint64_t limit = packer->plan->step;
    const uint64_t size = unit->end - start;
    uint64_t steps[2] = {0, 0};
    if (unit->tensor) {
        steps[1] = unit->tensor->type->block_size;
        if (!libgguf_tensor_type_row_size(unit->tensor->type, unit->tensor->dims[0], &steps[0])) {
            steps[0] = 0;
        }
    }
    for (int i = 0; i < 2; i++) {
        const uint64_t row = steps[i];
        if (row == 0 || row > limit || unit->tensor->size % row != 0 || unit->tensor->size > size) {
            continue;
        }
        const uint64_t rows = unit->tensor->size / row;
        const uint64_t parts = part_count(size, row, rows, limit);
        if (parts > 0) {
            return cut_rows(packer, start, unit->end, row, rows, parts);
        }
    }
    return cut_rows(packer, start, unit->end, 1, size, (size - 1) / limit + 1);
}

/* The unit begins where the last one ended. */
static enum libgguf_status pack(struct packer *packer, const struct unit *unit)
{
    const uint64_t start = packer->packed;
    enum libgguf_status status = LIBGGUF_OK;
    if (unit->end <= start) {
        return LIBGGUF_OK;
    }
    if (unit->end - packer->plan->end > packer->plan->step) {
        status = flush(packer);
    }
    if (status || unit->end - start <= packer->plan->step) {
        packer->packed = unit->end;
        return status;
    }
    return cut_unit(packer, start, unit);
}

static int by_offset(const void *a, const void *b)
{
    const struct libgguf_tensor *const left = *(const struct libgguf_tensor *const *)a;
    const struct libgguf_tensor *const right = *(const struct libgguf_tensor *const *)b;
    if (left->offset != right->offset) {
        return left->offset < right->offset ? -1 : 1;
    }
    return left->index < right->index ? -1 : left->index > right->index;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t aligned(uint64_t offset, uint64_t alignment)
{
    uint64_t end;
    return checked_align_u64(offset, alignment, &end) ? end : offset;
}

/*
 * Packs the tensors at [first, last) of the sorted list, which overlap or touch no others, and
 * what lies between them and @p next, the start of the one after.
 */
static enum libgguf_status pack_group(struct packer *packer,
                                      const struct libgguf_tensor *const *first,
                                      const struct libgguf_tensor *const *last, uint64_t next,
                                      uint64_t alignment)
{
    struct unit unit = {.end = packer->packed};
    size_t filled = 0;
    bool size_known = true;
    for (const struct libgguf_tensor *const *at = first; at < last; at++) {
        const uint64_t end = (*at)->offset + (*at)->size;
        unit.end = end > unit.end ? end : unit.end;
        size_known = size_known && (*at)->size_known;
        if ((*at)->size > 0) {
            unit.tensor = *at;
            filled++;
        }
    }
    /* Bytes behind a tensor of unknown size are its own, as far as anyone can tell. */
    unit.end = size_known ? min_u64(aligned(unit.end, alignment), next) : next;
    if (filled != 1 || !size_known) {
        unit.tensor = NULL;
    }
    const enum libgguf_status status = pack(packer, &unit);
    return status ? status : pack(packer, &(struct unit){.end = next});
}

static enum libgguf_status pack_all(struct packer *packer,
                                    const struct libgguf_tensor *const *sorted, size_t count,
                                    uint64_t end, uint64_t alignment)
{
    /* A gap before the first tensor. */
    enum libgguf_status status = pack(packer, &(struct unit){.end = sorted[0]->offset});
    for (size_t first = 0; !status && first < count;) {
        uint64_t reach = sorted[first]->offset + sorted[first]->size;
        size_t last = first + 1;
        while (last < count &&
               (sorted[last]->offset < reach || sorted[last]->offset == sorted[first]->offset)) {
            const uint64_t tensor_end = sorted[last]->offset + sorted[last]->size;
            reach = tensor_end > reach ? tensor_end : reach;
            last++;
        }
        const uint64_t next = last < count ? sorted[last]->offset : end;
        status = pack_group(packer, sorted + first, sorted + last, next, alignment);
        first = last;
    }
    return status ? status : flush(packer);
}

uint64_t plan_tensors_end(const struct libgguf_file *file)
{
    const struct libgguf_header *const header = libgguf_header(file);
    uint64_t end = header->data_offset;
    for (size_t i = 0; i < libgguf_tensor_count(file); i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(file, i);
        const uint64_t tensor_end = tensor->offset + tensor->size;
        end = tensor_end > end ? tensor_end : end;
    }
    return aligned(end, header->alignment);
}

enum libgguf_status plan_tensors(struct libgguf_plan *plan, const struct libgguf_file *file,
                                 struct libgguf_error *err)
{
    const size_t count = libgguf_tensor_count(file);
    if (count == 0) {
        return LIBGGUF_OK;
    }
    const struct libgguf_tensor **const sorted = malloc(count * sizeof *sorted);
    if (!sorted) {
        return failure_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = libgguf_tensor_at(file, i);
    }
    qsort(sorted, count, sizeof *sorted, by_offset);
    struct packer packer = {.plan = plan, .packed = libgguf_header(file)->data_offset, .err = err};
    const enum libgguf_status status =
        pack_all(&packer, sorted, count, plan_tensors_end(file), libgguf_header(file)->alignment);
    free(sorted);
    return status;
}
