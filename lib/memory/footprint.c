#include "memory/footprint.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/arithmetic.h"
#include "base/error.h"
#include "memory/hyperparameters.h"
#include "memory/layers.h"
#include "memory/vocabulary.h"
#include "memory/weights.h"

/* Adds one file of the set; false when a sum does not fit. */
static bool add_file(struct libgguf_footprint_facts *facts, const struct libgguf_file *part,
                     uint64_t *data_end)
{
    const struct libgguf_header *header = libgguf_header(part);
    const uint64_t size = weights_file_size(part);
    const uint64_t before_data = header->data_offset < size ? header->data_offset : size;
    facts->largest_file = size > facts->largest_file ? size : facts->largest_file;
    return checked_add_u64(facts->file_size, size, &facts->file_size) &&
           checked_add_u64(*data_end, header->data_end, data_end) &&
           checked_add_u64(facts->data_offset, before_data, &facts->data_offset);
}

static enum libgguf_status read_sizes(struct libgguf_footprint *footprint,
                                      const struct libgguf_file *file, uint64_t stated,
                                      struct libgguf_error *err)
{
    struct libgguf_footprint_facts *facts = &footprint->facts;
    uint64_t data_end = 0;
    for (size_t i = 0; i < libgguf_shard_count(file); i++) {
        const struct libgguf_file *part = libgguf_shard_at(file, i);
        if (!part) {
            footprint_note(footprint, LIBGGUF_NOTE_MISSING_SHARDS);
        } else if (!add_file(facts, part, &data_end) || facts->file_size > INT64_MAX) {
            return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                           "the model has 2^63 bytes or more");
        }
    }
    if (stated == 0) {
        return LIBGGUF_OK;
    }
    if (stated < data_end || stated > INT64_MAX) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "a size of %" PRIu64 " bytes was given, but the tensors end at %" PRIu64,
                       stated, data_end);
    }
    if (libgguf_shard_count(file) == 1) {
        facts->largest_file = stated;
    }
    facts->file_size = stated;
    if (facts->data_offset > stated) {
        facts->data_offset = stated;
    }
    return LIBGGUF_OK;
}

static enum libgguf_status read_context(struct libgguf_footprint *footprint,
                                        const struct libgguf_file *file, struct libgguf_error *err)
{
    if (!footprint->facts.architecture[0]) {
        return LIBGGUF_OK;
    }
    uint64_t context;
    const enum libgguf_status status = hyperparameter_u64(file, "context_length", &context, err);
    if (status == LIBGGUF_OK && context != LIBGGUF_ABSENT) {
        footprint->facts.context_length = context;
    }
    return status;
}

static enum libgguf_status read_model(struct libgguf_footprint *footprint,
                                      const struct libgguf_file *file, uint64_t file_size,
                                      struct libgguf_error *err)
{
    enum libgguf_status status = read_sizes(footprint, file, file_size, err);
    if (status == LIBGGUF_OK) {
        status = weights_read(footprint, file, err);
    }
    if (status == LIBGGUF_OK) {
        status = layers_read(footprint, file, err);
    }
    if (status == LIBGGUF_OK) {
        status = read_context(footprint, file, err);
    }
    if (status == LIBGGUF_OK) {
        status = vocabulary_read(footprint, file, err);
    }
    if (status == LIBGGUF_OK) {
        status = weights_sum(footprint, NULL, &footprint->as_in_file, err);
    }
    if (status != LIBGGUF_OK) {
        return status;
    }
    const struct weights_total *total = &footprint->as_in_file;
    struct libgguf_footprint_facts *facts = &footprint->facts;
    facts->weights = total->packed;
    facts->weights_f32 = total->f32;
    facts->largest_tensor = total->largest;
    facts->largest_tensor_f32 = total->largest_f32;
    facts->longest_row = total->longest_row;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_footprint_create(const struct libgguf_file *file, uint64_t file_size,
                                             struct libgguf_footprint **out,
                                             struct libgguf_error *err)
{
    *out = NULL;
    if (!file) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "no file given");
    }
    struct libgguf_footprint *footprint = calloc(1, sizeof *footprint);
    if (!footprint) {
        return failure_memory(err);
    }
    const enum libgguf_status status = read_model(footprint, file, file_size, err);
    if (status != LIBGGUF_OK) {
        libgguf_footprint_free(footprint);
        return status;
    }
    *out = footprint;
    return LIBGGUF_OK;
}

void libgguf_footprint_free(struct libgguf_footprint *footprint)
{
    if (footprint) {
        free(footprint->runs);
        free(footprint->weights);
        free(footprint);
    }
}

const struct libgguf_footprint_facts *
libgguf_footprint_facts(const struct libgguf_footprint *footprint)
{
    return &footprint->facts;
}
