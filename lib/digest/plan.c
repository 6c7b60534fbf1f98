#include "digest/plan.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/list.h"

const char *libgguf_chunk_role_name(enum libgguf_chunk_role role)
{
    static const char *const names[] = {[LIBGGUF_ROLE_HEADER] = "header",
                                        [LIBGGUF_ROLE_TOKENIZER] = "tokenizer",
                                        [LIBGGUF_ROLE_TENSORS] = "tensors",
                                        [LIBGGUF_ROLE_DATA] = "data"};
    return names[role];
}

const char *libgguf_cut_name(enum libgguf_cut cut)
{
    return cut == LIBGGUF_CUT_FIXED ? "fixed" : "tensor";
}

static enum libgguf_status too_many(const struct libgguf_plan *plan, struct libgguf_error *err)
{
    return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                   "chunks of %" PRIu64 " bytes are too small: %" PRIu64
                   " bytes would be more than %d of them",
                   plan->step, plan->size, LIBGGUF_MAX_CHUNKS);
}

enum libgguf_status plan_append(struct libgguf_plan *plan, uint64_t end,
                                enum libgguf_chunk_role role, struct libgguf_error *err)
{
    if (end <= plan->end || plan->end >= plan->size) {
        return LIBGGUF_OK;
    }
    if (plan->count == LIBGGUF_MAX_CHUNKS) {
        /* An endless plan ends here; the stream may well be shorter. */
        return plan->size == LIBGGUF_SIZE_UNKNOWN ? LIBGGUF_OK : too_many(plan, err);
    }
    struct libgguf_piece *const pieces =
        list_room(plan->pieces, plan->count, &plan->capacity, sizeof *pieces);
    if (!pieces) {
        return failure_memory(err);
    }
    plan->pieces = pieces;
    pieces[plan->count++] =
        (struct libgguf_piece){.offset = plan->end, .size = end - plan->end, .role = role};
    plan->end = end;
    return LIBGGUF_OK;
}

static uint64_t tail_count(const struct libgguf_plan *plan)
{
    if (plan->size <= plan->end) {
        return 0;
    }
    return (plan->size - plan->end - 1) / plan->step + 1;
}

size_t libgguf_plan_count(const struct libgguf_plan *plan)
{
    if (plan->size == LIBGGUF_SIZE_UNKNOWN) {
        return LIBGGUF_MAX_CHUNKS;
    }
    return plan->count + (size_t)tail_count(plan);
}

uint64_t libgguf_plan_size(const struct libgguf_plan *plan)
{
    return plan->size;
}

bool libgguf_plan_at(const struct libgguf_plan *plan, size_t index, struct libgguf_piece *out)
{
    if (index >= libgguf_plan_count(plan)) {
        return false;
    }
    if (index < plan->count) {
        *out = plan->pieces[index];
    } else {
        out->offset = plan->end + (index - plan->count) * plan->step;
        out->size = plan->step;
        out->role = out->offset < plan->header_end    ? LIBGGUF_ROLE_HEADER
                    : out->offset < plan->tensors_end ? LIBGGUF_ROLE_TENSORS
                                                      : LIBGGUF_ROLE_DATA;
    }
    if (out->size > plan->size - out->offset) {
        out->size = plan->size - out->offset;
    }
    return true;
}

static enum libgguf_status fill(struct libgguf_plan *plan, const struct libgguf_file *file,
                                enum libgguf_cut cut, struct libgguf_error *err)
{
    enum libgguf_status status = LIBGGUF_OK;
    if (cut == LIBGGUF_CUT_FIXED) {
        plan->header_end = file ? libgguf_header(file)->data_offset : 0;
        plan->tensors_end = file ? plan_tensors_end(file) : 0;
    } else {
        status = plan_header(plan, file, err);
        if (!status) {
            status = plan_tensors(plan, file, err);
        }
    }
    if (!status && plan->size != LIBGGUF_SIZE_UNKNOWN &&
        tail_count(plan) > LIBGGUF_MAX_CHUNKS - plan->count) {
        return too_many(plan, err);
    }
    return status;
}

enum libgguf_status libgguf_plan_create(const struct libgguf_file *file, uint64_t size,
                                        const struct libgguf_plan_options *options,
                                        struct libgguf_plan **out, struct libgguf_error *err)
{
    *out = NULL;
    const enum libgguf_cut cut = options ? options->cut : LIBGGUF_CUT_TENSOR;
    const uint64_t chunk_size =
        options && options->chunk_size ? options->chunk_size : LIBGGUF_DEFAULT_CHUNK_SIZE;
    if ((options && options->struct_size < sizeof *options) || cut > LIBGGUF_CUT_FIXED ||
        (!file && cut != LIBGGUF_CUT_FIXED)) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "cutting along tensors needs a GGUF file");
    }
    if (chunk_size < LIBGGUF_MIN_CHUNK_SIZE || chunk_size > LIBGGUF_MAX_CHUNK_SIZE) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "a chunk size of %" PRIu64 " bytes; it must be %d to %d", chunk_size,
                       LIBGGUF_MIN_CHUNK_SIZE, LIBGGUF_MAX_CHUNK_SIZE);
    }
    struct libgguf_plan *const plan = calloc(1, sizeof *plan);
    if (!plan) {
        return failure_memory(err);
    }
    plan->size = size;
    plan->step = chunk_size;
    const struct libgguf_file *const one =
        file && libgguf_shard_count(file) > 1 ? libgguf_shard_at(file, 0) : file;
    if (file && !one) {
        free(plan);
        return failure(err, LIBGGUF_ERR_SHARDS, LIBGGUF_NO_OFFSET, "the first shard is missing");
    }
    const enum libgguf_status status = fill(plan, one, cut, err);
    if (status) {
        libgguf_plan_free(plan);
        return status;
    }
    *out = plan;
    return LIBGGUF_OK;
}

struct libgguf_plan *plan_from_pieces(struct libgguf_piece *pieces, size_t count, uint64_t size,
                                      uint64_t step)
{
    struct libgguf_plan *const plan = calloc(1, sizeof *plan);
    if (plan) {
        plan->size = size;
        plan->step = step;
        plan->count = plan->capacity = count;
        plan->pieces = pieces;
        plan->end = count ? pieces[count - 1].offset + pieces[count - 1].size : 0;
    }
    return plan;
}

void libgguf_plan_free(struct libgguf_plan *plan)
{
    if (plan) {
        free(plan->pieces);
        free(plan);
    }
}
