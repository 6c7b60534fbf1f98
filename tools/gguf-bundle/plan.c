#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <libgguf/admission.h>

#include "bundle_tool.h"
#include "cli/output.h"
#include "cli/size.h"
#include "cli/text.h"

const struct libgguf_file *plan_file(const struct bundle_plan *plan, size_t index)
{
    return plan->file ? libgguf_shard_at(plan->file, index) : NULL;
}

bool plan_make(const struct bundle_plan *plan, size_t index, struct libgguf_plan **out)
{
    const struct libgguf_file *const file = plan_file(plan, index);
    const struct libgguf_source *const source = file ? libgguf_file_source(file) : plan->source;
    struct libgguf_error err;
    if (libgguf_plan_create(file, libgguf_source_size(source), &plan->options, out, &err)) {
        cli_error_status(plan->model, &err);
        return false;
    }
    return true;
}

/* The chunk that holds byte @p offset; false beyond the end. */
static bool find_chunk(const struct libgguf_plan *plan, uint64_t offset, size_t *out)
{
    size_t low = 0;
    size_t high = libgguf_plan_count(plan);
    struct libgguf_piece piece;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (!libgguf_plan_at(plan, middle, &piece)) {
            return false;
        }
        if (piece.offset + piece.size <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *out = low;
    return low < libgguf_plan_count(plan);
}

bool plan_find_tensor(const struct libgguf_plan *plan, const struct libgguf_tensor *tensor,
                      size_t *first, size_t *last)
{
    return tensor->size_known && tensor->size > 0 && find_chunk(plan, tensor->offset, first) &&
           find_chunk(plan, tensor->offset + tensor->size - 1, last);
}

static void print_cut_tensors(const struct libgguf_plan *plan, const struct libgguf_file *file)
{
    size_t cut = 0;
    for (size_t i = 0; file && i < libgguf_tensor_count(file); i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(file, i);
        char size[CLI_NUMBER_SIZE];
        size_t first;
        size_t last;
        if (!plan_find_tensor(plan, tensor, &first, &last) || first == last) {
            continue;
        }
        if (cut++ == 0) {
            puts("  tensors that are cut:");
        }
        fputs("    ", stdout);
        cli_put_text(stdout, tensor->name.data, (size_t)tensor->name.size, CLI_ALL_COLUMNS);
        printf(": %s bytes in chunks %zu to %zu\n", cli_count_text(tensor->size, size), first,
               last);
    }
    if (cut == 0) {
        puts("  no tensor is cut");
    }
}

static void print_chunks(const struct libgguf_plan *plan)
{
    printf("  %7s %15s %11s %s\n", "chunk", "offset", "size", "role");
    for (size_t i = 0; i < libgguf_plan_count(plan); i++) {
        struct libgguf_piece piece;
        if (libgguf_plan_at(plan, i, &piece)) {
            char offset[CLI_NUMBER_SIZE];
            char size[CLI_NUMBER_SIZE];
            printf("  %7zu %15s %11s %s\n", i, cli_count_text(piece.offset, offset),
                   cli_count_text(piece.size, size), libgguf_chunk_role_name(piece.role));
        }
    }
}

static void print_shards(const struct bundle_plan *plan)
{
    for (size_t i = 0; i < plan->split->count; i++) {
        char size[CLI_NUMBER_SIZE];
        char count[CLI_NUMBER_SIZE];
        cli_put_text(stdout, plan->name, strlen(plan->name), CLI_ALL_COLUMNS);
        printf("-%05zu-of-%05zu.gguf: %s, %s\n", i + 1, plan->split->count,
               cli_nouns_text(plan->split->size[i], "byte", size),
               cli_nouns_text(plan->split->first[i + 1] - plan->split->first[i], "tensor", count));
    }
}

static bool count_chunks(const struct bundle_plan *plan, size_t *out)
{
    const size_t count = plan->file ? libgguf_shard_count(plan->file) : 1;
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        struct libgguf_plan *chunks;
        if (!plan_make(plan, i, &chunks)) {
            return false;
        }
        *out += libgguf_plan_count(chunks);
        libgguf_plan_free(chunks);
    }
    return true;
}

bool plan_suits_loader(const struct bundle_plan *plan)
{
    struct bundle_plan larger = *plan;
    size_t count;
    if (!count_chunks(plan, &count)) {
        return false;
    }
    if (count <= LIBGGUF_ADMISSION_MAX_CHUNKS) {
        return true;
    }
    const uint64_t asked =
        plan->options.chunk_size ? plan->options.chunk_size : LIBGGUF_DEFAULT_CHUNK_SIZE;
    size_t fewer = count;
    for (uint64_t size = LIBGGUF_MIN_CHUNK_SIZE;
         size <= LIBGGUF_MAX_CHUNK_SIZE && fewer > LIBGGUF_ADMISSION_MAX_CHUNKS; size *= 2) {
        larger.options.chunk_size = size;
        if (size > asked && !count_chunks(&larger, &fewer)) {
            return false;
        }
    }
    if (fewer <= LIBGGUF_ADMISSION_MAX_CHUNKS) {
        cli_error(plan->model,
                  "%zu chunks; the loader takes at most %d: --chunk-size %" PRIu64 "KiB makes %zu",
                  count, LIBGGUF_ADMISSION_MAX_CHUNKS, larger.options.chunk_size / 1024, fewer);
    } else {
        cli_error(plan->model, "%zu chunks; the loader takes at most %d, of any size", count,
                  LIBGGUF_ADMISSION_MAX_CHUNKS);
    }
    return false;
}

enum cli_exit plan_text(const struct bundle_plan *plan)
{
    if (plan->split) {
        print_shards(plan);
        return CLI_YES;
    }
    const size_t count = plan->file ? libgguf_shard_count(plan->file) : 1;
    for (size_t i = 0; i < count; i++) {
        struct libgguf_plan *chunks;
        char text[2][CLI_NUMBER_SIZE];
        if (!plan_make(plan, i, &chunks)) {
            return CLI_FAILED;
        }
        cli_put_text(stdout, plan->model, strlen(plan->model), CLI_ALL_COLUMNS);
        if (count > 1) {
            printf(", shard %zu of %zu", i + 1, count);
        }
        printf(": %s in %s\n", cli_nouns_text(libgguf_plan_size(chunks), "byte", text[0]),
               cli_nouns_text(libgguf_plan_count(chunks), "chunk", text[1]));
        print_chunks(chunks);
        print_cut_tensors(chunks, plan_file(plan, i));
        libgguf_plan_free(chunks);
    }
    return CLI_YES;
}
